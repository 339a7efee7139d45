#!/bin/sh
# Keeps one private Docker Engine: private-engine.ts starts this script and speaks with it through stdin and stdout.
#   sh engine-keeper.sh DIR CGROUP     stdin: one line of dockerd arguments for each start; EOF ends everything
#                                      stdout: "started PID" (as the machine counts), "exited CODE"
# The engine lives in its own process, mount and network namespace. When this script's stdin ends, for whatever reason
# (disposal, a crashed test worker, SIGKILL of vitest), the kernel ends all that runs in there: dockerd, containerd,
# shims and containers, frozen or not, and takes their mounts with them. Then the folder and the cgroups are removed.
set -u

inside() {
  dir=$1
  # The machine's own /proc stays reachable, to say process numbers that the tests can send signals to.
  mkdir -p "$dir/outer-proc"
  mount --bind /proc "$dir/outer-proc"
  mount -t proc proc /proc
  # Nothing of an engine or a containerd that this machine may have of its own is seen in here, or left there by us.
  mkdir -p /run/docker /run/containerd
  mount -t tmpfs tmpfs /run/docker
  mount -t tmpfs tmpfs /run/containerd
  if [ -d /etc/docker ]; then mount -t tmpfs tmpfs /etc/docker; fi
  ip link set lo up
  # The reader runs beside, so that this process 1 sits in `wait` and reaps what is orphaned.
  reader "$dir" <&3 3<&- &
  exec 3<&-
  wait $!
}

reader() {
  dir=$1
  while read -r arguments; do
    (
      # shellcheck disable=SC2086 # the arguments are words: private-engine.ts makes them of paths without spaces
      sh -c 'read -r pid rest <"$1/outer-proc/self/stat"; echo "started $pid"; log=$1/dockerd.log; shift
        exec dockerd "$@" >>"$log" 2>&1' sh "$dir" $arguments </dev/null
      echo "exited $?"
    ) 2>/dev/null &
  done
}

if [ "$1" = --inside ]; then
  inside "$2"
  exit
fi

dir=$1
cgroup=$2
unshare --net --mount --pid --fork --kill-child sh "$0" --inside "$dir" 3<&0 </dev/null
for root in /sys/fs/cgroup /sys/fs/cgroup/*; do
  if [ -d "$root/$cgroup" ]; then find "$root/$cgroup" -depth -type d -exec rmdir {} +; fi
done
rm -rf --one-file-system "$dir"
