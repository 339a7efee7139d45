#!/bin/sh
# Keeps one private Podman service: podman.ts starts this script and speaks with it through stdin and stdout.
#   sh podman-keeper.sh DIR      stdin: a line for each start of the service; EOF ends everything
#                                stdout: "started PID" (as the machine counts), "exited CODE"
# As engine-keeper.sh: a process, mount and network namespace of its own, which the kernel ends as a whole with this
# script's stdin: the service, its conmons, its DNS servers and containers. Whatever Podman keeps outside the folders that
# it is told of (locks in /dev/shm, networks and namespaces in /run, caches in /var/lib) lands on a tmpfs in there.
set -u

inside() {
  dir=$1
  mkdir -p "$dir/outer-proc" "$dir/home" "$dir/tmp"
  mount --bind /proc "$dir/outer-proc"
  mount -t proc proc /proc
  for place in /run /dev/shm /var/lib; do mount -t tmpfs tmpfs "$place"; done
  ip link set lo up
  # The reader runs beside, so that this process 1 sits in `wait` and reaps what is orphaned.
  reader "$dir" <&3 3<&- &
  exec 3<&-
  wait $!
}

reader() {
  dir=$1
  export CONTAINERS_CONF="$dir/containers.conf" CONTAINERS_REGISTRIES_CONF=/dev/null HOME="$dir/home" TMPDIR="$dir/tmp"
  while read -r _; do
    (
      # shellcheck disable=SC2016 # expanded by the inner sh
      sh -c 'read -r pid rest <"$1/outer-proc/self/stat"; echo "started $pid"
        exec podman --root "$1/root" --runroot "$1/runroot" --tmpdir "$1/run" --network-config-dir "$1/networks" \
          --storage-driver vfs system service --time 0 "unix://$1/podman.sock" >>"$1/podman.log" 2>&1' sh "$dir" </dev/null
      echo "exited $?"
    ) 2>/dev/null &
  done
}

if [ "$1" = --inside ]; then
  inside "$2"
  exit
fi

dir=$1
unshare --net --mount --pid --fork --kill-child sh "$0" --inside "$dir" 3<&0 </dev/null
# Where its containers were, as Podman calls the place; what is not empty belongs to another Podman and stays.
for root in /sys/fs/cgroup /sys/fs/cgroup/*; do
  if [ -d "$root/libpod_parent" ]; then find "$root/libpod_parent" -depth -type d -exec rmdir {} + 2>/dev/null; fi
done
rm -rf --one-file-system "$dir"
