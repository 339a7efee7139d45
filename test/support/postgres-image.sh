#!/bin/sh
# Makes a PostgreSQL server, its psql and a busybox as one tar, for postgres.ts: sh postgres-image.sh FOLDER BUSYBOX
# Takes Debian's packages from where this machine's own apt takes them, and only unpacks them: nothing is installed, and
# what this machine has does not matter. The folder is a cache: a tar that is there is whole and stays.
set -eu
folder=$1
busybox=$2

# Two test files may come here at the same time: the second one waits for what the first one makes.
mkdir -p "$folder"
exec 9>"$folder/lock"
flock 9
if [ -e "$folder/root.tar" ]; then exit; fi

export DEBIAN_FRONTEND=noninteractive LC_ALL=C
patient='-qq -o DPkg::Lock::Timeout=300 -o Acquire::Retries=3'
rm -rf "$folder/packages" "$folder/root" "$folder/new.tar"
mkdir "$folder/packages" "$folder/root"
# Of all that the server would need on an empty machine: itself, its client, libraries and time zones. No perl, no debconf,
# no compiler for queries.
wanted() {
  apt-get -o Dir::State::status=/dev/null --simulate --no-install-recommends install postgresql |
    awk '$1 == "Inst" { print $2 }' | grep -E '^(postgresql(-client)?-[0-9]+|tzdata|zlib1g|lib.*)$' |
    grep -Ev '^lib(llvm|z3|perl|pam-modules|.*-perl)' | sort -u
}
# shellcheck disable=SC2086 # options and names of packages are words
fetch() { (cd "$folder/packages" && apt-get $patient -o APT::Sandbox::User=root download $(wanted)); }
# The lists of this machine may be older than the archive, or not there at all.
if ! { wanted | grep -q '^postgresql-[0-9]' && fetch; } >&2; then
  # shellcheck disable=SC2086
  apt-get $patient update >&2 || :
  rm -rf "$folder/packages"
  mkdir "$folder/packages"
  fetch >&2
fi

# As on any Debian since 12: the folders of / are links into /usr.
root=$folder/root
for name in bin sbin lib lib64; do
  mkdir -p "$root/usr/$name"
  ln -s "usr/$name" "$root/$name"
done
for package in "$folder"/packages/*.deb; do
  dpkg-deb --fsys-tarfile "$package" | tar -C "$root" --keep-directory-symlink \
    --exclude=./usr/share/doc --exclude=./usr/share/man --exclude=./usr/share/locale \
    --exclude='./usr/lib/*/gconv' --exclude='./usr/lib/postgresql/*/lib/bitcode' -x
done
cp "$busybox" "$root/bin/busybox"
for applet in $("$busybox" --list); do
  [ -e "$root/bin/$applet" ] || [ "$applet" = busybox ] || ln -s busybox "$root/bin/$applet"
done
for program in "$root"/usr/lib/postgresql/*/bin/*; do
  ln -s "${program#"$root"}" "$root/bin/${program##*/}"
done
mkdir -p "$root/etc" "$root/root" "$root/tmp" "$root/run/postgresql" "$root/var/lib"
ln -s ../run "$root/var/run"
printf 'root:x:0:0:root:/root:/bin/sh\npostgres:x:999:999::/var/lib/postgresql:/bin/sh\n' >"$root/etc/passwd"
printf 'root:x:0:\npostgres:x:999:\n' >"$root/etc/group"
chmod 1777 "$root/tmp"
chmod 0777 "$root/run/postgresql"
tar -C "$root" --owner=0 --group=0 --numeric-owner -cf "$folder/new.tar" .
rm -rf "$folder/packages" "$root"
mv "$folder/new.tar" "$folder/root.tar"
# Those of older recipes, unless another checkout may still use them.
find "$(dirname "$folder")" -maxdepth 1 -name 'netheal-test-postgres-*' ! -path "$folder" -mtime +0 -exec rm -rf {} +
