// What to type so that this host stops doing something by itself, and how to say what does it. Words only: nothing is done.
import type { Trigger } from './automation.ts'

/** Commands for a root shell, in their order. Where only an editor will do, the line to take out stands behind it. */
export function removalOf(trigger: Trigger): readonly string[] {
  switch (trigger.kind) {
    case 'cron':
      if (trigger.owner !== null) return [`crontab -u ${word(trigger.owner)} -e    # take line ${trigger.line} out`]
      if (trigger.alone && trigger.file !== '/etc/crontab') return [`rm ${word(trigger.file)}`]
      // A comment, so that the other lines keep their numbers, and so that it can be taken back.
      return [`sed -i '${trigger.line}s/^/# /' ${word(trigger.file)}`]
    case 'cron-folder':
      return [`rm ${word(trigger.file)}`]
    case 'timer':
      return [`systemctl disable --now ${word(trigger.unit)}`, ...filesGone(trigger.files)]
    case 'service':
      return [`systemctl disable --now ${word(trigger.unit)}`, ...filesGone(trigger.files)]
    case 'drop-in':
      return [`rm ${word(trigger.file)}`, 'systemctl daemon-reload']
  }
}

/** What runs it, for the end of a line: `/etc/cron.d/pms_ensure_supabase_net:4`, `pms-ensure.timer`. */
export function triggerText(trigger: Trigger): string {
  switch (trigger.kind) {
    case 'cron':
      return trigger.owner === null
        ? `${trigger.file}:${trigger.line}`
        : `the crontab of ${trigger.owner}, line ${trigger.line}`
    case 'cron-folder':
      return trigger.file
    case 'timer':
    case 'service':
      return trigger.unit
    case 'drop-in':
      return `${trigger.unit} (through ${trigger.file})`
  }
}

/** Only what lies where people put files; a unit of the distribution's is switched off and stays. Templates serve others too. */
function filesGone(files: readonly string[]): readonly string[] {
  const own = files.filter(f => /^\/(etc|usr\/local\/lib)\/systemd\/system\//.test(f) && !/@\.\w+$/.test(f))
  return own.length === 0 ? [] : [`rm ${own.map(word).join(' ')}`, 'systemctl daemon-reload']
}

/** What is told to be typed must not do anything else when it is. */
function word(text: string): string {
  return /^[\w./@:+-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`
}
