#!/bin/sh
# Makes a minimal Debian with systemd and cron as one tar, for systemd-host.ts: sh debian-image.sh FOLDER
# Takes packages from where this machine's own apt takes them, and installs mmdebstrap when it is missing (it needs half
# the time of debootstrap, and makes the tar itself). The folder is a cache: a tar that is there is whole and stays.
set -eu
folder=$1
packages=systemd,systemd-sysv,dbus,cron,sudo,adduser,libstdc++6

# Two test files may come here at the same time: the second one waits for what the first one makes.
mkdir -p "$folder"
exec 9>"$folder/lock"
flock 9
if [ -e "$folder/root.tar" ]; then exit; fi

export DEBIAN_FRONTEND=noninteractive LC_ALL=C
patient='-qq -o DPkg::Lock::Timeout=300 -o Acquire::Retries=3'
# shellcheck disable=SC2086 # options are words
apt-get $patient update || :
mirror=$(apt-get indextargets 'Created-By: Packages' 'Origin: Debian' 'Label: Debian' 'Component: main' \
  --format '$(RELEASE) $(REPO_URI)' | grep -Ev '^[a-z]+-(updates|backports|proposed)' | head -n 1)
if [ -z "$mirror" ]; then
  echo 'apt on this machine knows no Debian archive' >&2
  exit 1
fi
# shellcheck disable=SC2086
if ! command -v mmdebstrap >/dev/null; then apt-get $patient install -y --no-install-recommends mmdebstrap >&2; fi
# `essential`: dpkg, but no apt. A host needs none to be installed on.
mmdebstrap --quiet --mode=root --variant=essential --include="$packages" \
  --dpkgopt='force-unsafe-io' --dpkgopt='path-exclude=/usr/share/man/*' \
  --dpkgopt='path-exclude=/usr/share/locale/*' --dpkgopt='path-exclude=/usr/share/doc/*' \
  --dpkgopt='path-include=/usr/share/doc/netheal*' \
  "${mirror%% *}" "$folder/new.tar" "${mirror##* }" >&2
mv "$folder/new.tar" "$folder/root.tar"
# Those of older recipes, unless another checkout may still use them.
find "$(dirname "$folder")" -maxdepth 1 -name 'netheal-test-debian-*' ! -path "$folder" -mtime +0 -exec rm -rf {} +
