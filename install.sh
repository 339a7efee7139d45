#!/bin/sh
# Installs netheal from its unpacked tarball, on a host without dpkg (where there is dpkg, take the .deb). An upgrade is
# the same again. It starts nothing, and never touches /etc/netheal.
#   sudo ./install.sh [--prefix /usr/local]
#   sudo ./install.sh --uninstall [--prefix /usr/local]   leaves config, logs, state and user
#   sudo ./install.sh --purge [--prefix /usr/local]       leaves what you wrote: /etc/netheal, `systemctl edit`
set -eu

prefix=/usr/local
task=install
units='netheal.service netheal-once.service netheal-once.timer'
here=$(cd "$(dirname "$0")" && pwd)

say() { echo "netheal: $*"; }
fail() { echo "netheal: $*" >&2; exit 1; }
has() { command -v "$1" >/dev/null 2>&1; }

while [ $# -gt 0 ]; do
  case $1 in
    --prefix) prefix=${2:?--prefix needs a folder}; shift ;;
    --prefix=*) prefix=${1#*=} ;;
    --uninstall) task=uninstall ;;
    --purge) task=purge ;;
    -h | --help) sed -n '2,7s/^# \{0,1\}//p' "$0"; exit ;;
    *) fail "$1 is not known here; see ./install.sh --help" ;;
  esac
  shift
done
case $prefix in /*) ;; *) fail "--prefix $prefix: it must begin with /" ;; esac
case $prefix in *[!A-Za-z0-9/._-]*) fail "--prefix $prefix: letters, digits and / . _ - only" ;; esac
[ "$(id -u)" = 0 ] || fail 'this needs root, for a user, a unit and the folders: sudo ./install.sh'
[ ! -e /usr/lib/netheal/node ] || [ "$prefix" = /usr ] || fail 'the .deb of netheal is installed: upgrade or remove that one'

lib=$prefix/lib/netheal
doc=$prefix/share/doc/netheal
man=$prefix/share/man/man1
bash=$prefix/share/bash-completion/completions
zsh=$prefix/share/zsh/site-functions
system=/etc/systemd/system
running() { [ -d /run/systemd/system ]; }
# Where the program is that the unit starts; empty: there is no unit.
unit_prefix() { sed -n 's#^ExecStart=\(.*\)/bin/netheal run$#\1#p' $system/netheal.service 2>/dev/null || :; }

# The runtime is a program of one architecture, and needs glibc 2.28 (Debian 10, RHEL 8, Ubuntu 20.04).
check_host() {
  case $(od -An -tu2 -j18 -N2 "$here/node" | tr -d ' ') in
    62) wanted=x86_64 ;;
    183) wanted=aarch64 ;;
    *) fail "$here/node is not whole: unpack the tarball again" ;;
  esac
  [ "$(uname -m)" = $wanted ] || fail "this tarball is for $wanted, and this host is $(uname -m): take the other one"
  libc=$(getconf GNU_LIBC_VERSION 2>/dev/null) || fail 'this host has no glibc (Alpine?), and the runtime needs it'
  oldest=$(printf '2.28\n%s\n' "${libc#glibc }" | sort -V | head -n 1)
  [ "$oldest" = 2.28 ] || fail "the runtime needs glibc 2.28, and this host has ${libc#glibc }"
  "$here/node" --version >/dev/null || fail 'the runtime does not start here; what it says is above'
}

# Copies with the paths of this prefix instead of those of the .deb.
place() { # mode, from, to
  sed -e "s#/usr/lib/netheal#$lib#g" -e "s#/usr/bin/netheal#$prefix/bin/netheal#g" \
    -e "s#/usr/share/doc/netheal#$doc#g" "$here/$2" >"$3.new"
  chmod "$1" "$3.new"
  mv -f "$3.new" "$3"
}

make_user() {
  if ! id netheal >/dev/null 2>&1; then
    if has systemd-sysusers; then systemd-sysusers "$here/systemd/netheal.sysusers"
    else useradd --system --user-group --no-create-home --home-dir /var/lib/netheal --shell /usr/sbin/nologin netheal
    fi
    # Only now: whoever takes the user out of the group later (for a socket proxy) has a reason.
    # The unit asks for it: without the group systemd would end it with 216/GROUP before it could say a word.
    if ! getent group docker >/dev/null; then
      groupadd --system docker
      say 'made the group "docker", which this host did not have: Docker gives it the socket when it starts'
    fi
    usermod -aG docker netheal
  fi
}

# Many hosts have sudo look into the folders of the distribution alone.
hint_sudo() {
  paths=$(cat /etc/sudoers /etc/sudoers.d/* 2>/dev/null | sed -n 's/^[[:space:]]*Defaults[[:space:]].*secure_path[[:space:]]*=[[:space:]]*//p' | tail -n 1 | tr -d '"')
  case :$paths: in :: | *:$prefix/bin:*) return ;; esac
  say "sudo does not look into $prefix/bin on this host. Type: sudo ln -s $prefix/bin/netheal /usr/bin/netheal"
}

install_it() {
  check_host
  other=$(unit_prefix)
  [ -z "$other" ] || [ "$other" = "$prefix" ] || say "the unit started the netheal of $other, and starts this one from now on"
  umask 022
  make_user
  mkdir -p "$lib" "$doc/docs/allow-list" "$doc/docs/monitoring" "$doc/docs/pictures" "$prefix/bin" "$man" "$bash" "$zsh"
  # A new file takes the old one's name: a running daemon keeps what it has open.
  for file in node program.js netheal.cjs compile.cjs; do
    cp "$here/$file" "$lib/$file.new"
    mv -f "$lib/$file.new" "$lib/$file"
  done
  env -u NODE_OPTIONS "$lib/node" "$lib/compile.cjs" || say 'not compiled; netheal works, and each start takes 40 ms longer'
  place 755 netheal "$prefix/bin/netheal"
  for file in README.md CHANGELOG.md SECURITY.md LICENSE third-party-notices.txt sbom.cdx.json \
    config.example.json config.schema.json \
    docs/allow-list/README.md docs/allow-list/haproxy.cfg docs/benchmarks.md docs/commands.md docs/config.md \
    docs/coolify.md docs/dependencies.md docs/design.md docs/diagnose.md docs/engine-facts.md docs/engines.md \
    docs/faults.md docs/install.md docs/migration.md docs/monitoring/README.md docs/monitoring/grafana-dashboard.json \
    docs/monitoring/netheal.rules.test.yml docs/monitoring/netheal.rules.yml docs/notifications.md docs/pictures/heal.svg \
    docs/podman.md; do
    place 644 $file "$doc/$file"
  done
  place 644 systemd/netheal.cron "$doc/netheal.cron"
  place 644 man/netheal.1 "$man/netheal.1"
  place 644 completion/netheal.bash "$bash/netheal"
  place 644 completion/_netheal "$zsh/_netheal"
  if has systemctl; then
    mkdir -p $system /etc/tmpfiles.d
    for unit in $units; do place 644 systemd/$unit $system/$unit; done
    place 644 systemd/netheal.tmpfiles /etc/tmpfiles.d/netheal.conf
    systemd-tmpfiles --create netheal.conf
  else
    install -d -o netheal -g netheal -m 0750 /var/log/netheal /var/lib/netheal
  fi
  if running; then
    systemctl daemon-reload
    if systemctl --quiet is-active netheal.service; then ran=1; else ran=; fi
    if ! systemctl try-restart netheal.service netheal-once.timer; then say 'the daemon did not come up; see: journalctl -u netheal'
    elif [ -n "$ran" ]; then say 'the daemon was restarted, and heals with what was installed'
    fi
  fi
  say "installed: $("$prefix/bin/netheal" --version)"
  hint_sudo
  if [ ! -e /etc/netheal/config.json ]; then
    say 'not running: there is no config yet. Next:'
    say '  netheal init --write              # looks at this host, writes /etc/netheal/config.json'
    say '  netheal check                     # says what it would do, changes nothing'
    say '  systemctl enable --now netheal'
  fi
}

uninstall_it() {
  other=$(unit_prefix)
  rm -f "$prefix/bin/netheal" "$man/netheal.1" "$bash/netheal" "$zsh/_netheal"
  rm -rf "$lib" "$doc"
  # Another netheal is started by the unit: that, and what it writes, is not this one's.
  if [ -n "$other" ] && [ "$other" != "$prefix" ]; then
    say "removed from $prefix. The unit starts the netheal of $other: it stays, with its logs, state and user"
    return
  fi
  if running; then systemctl stop $units 2>/dev/null || :; fi
  if has systemctl; then systemctl --quiet disable netheal.service netheal-once.timer 2>/dev/null || :; fi
  for unit in $units; do rm -f "$system/$unit"; done
  rm -f /etc/tmpfiles.d/netheal.conf
  if running; then systemctl daemon-reload; fi
  [ $task = purge ] || { say 'removed. Config, logs, state and the user stay; --purge takes all but the config'; return; }
  rm -rf /var/log/netheal /var/lib/netheal /run/netheal
  # What stays is nobody's else: a config for its group, logs in a folder of the operator's choice.
  for place in /etc/netheal /var/log /srv; do
    [ -d $place ] || continue
    find $place -xdev -user netheal -exec chown -h root {} + 2>/dev/null || :
    find $place -xdev -group netheal -exec chgrp -h root {} + 2>/dev/null || :
  done
  if id netheal >/dev/null 2>&1; then userdel netheal || say 'the user "netheal" is still in use, and stays'; fi
  if getent group netheal >/dev/null; then groupdel netheal || :; fi
  if [ -d /etc/netheal ]; then rmdir --ignore-fail-on-non-empty /etc/netheal; fi
  say 'removed, with its logs, state and user'
}

if [ $task = install ]; then install_it; else uninstall_it; fi
