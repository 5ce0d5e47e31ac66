#!/usr/bin/env bash
# tests/bare-debian.sh [FOLDER]: the two commands of the README on a bare Debian 12, from a fresh clone of this repository's HEAD, with
# the time each takes. Needs root, debootstrap and git, and the network that apt has here. Leaves FOLDER (default: a temporary one, removed).
set -euo pipefail

repository="$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")/.." && pwd)"
suite=bookworm
[ "$(id -u)" -eq 0 ] || { echo "bare-debian: needs root" >&2; exit 4; }

if [ $# -ge 1 ]; then
  root="$1"
  mkdir -p "$root"
  root="$(cd -- "$root" && pwd)"
else
  root="$(mktemp -d)"
  trap 'rm -rf --one-file-system "$root"' EXIT
fi

# The mirror, the keys and the transport settings that this machine's apt uses.
mirror() {
  apt-get indextargets --format '$(CODENAME) $(COMPONENT) $(REPO_URI)' 'Created-By: Packages' |
    awk -v suite="$suite" '$1 == suite && $2 == "main" {print $3; exit}'
}

copy_apt_settings() {
  local path
  for path in sources.list sources.list.d trusted.gpg.d keyrings; do
    [ ! -e "/etc/apt/$path" ] || cp -rT "/etc/apt/$path" "$root/etc/apt/$path"
  done
  mkdir -p "$root/usr/share/keyrings"
  cp -rT /usr/share/keyrings "$root/usr/share/keyrings"
  apt-config dump | grep -E '^Acquire::(http|https|Check|Retries)' >"$root/etc/apt/apt.conf.d/50host" || true
  cp -L /etc/resolv.conf "$root/etc/resolv.conf"
  [ ! -d /etc/ssl/certs ] || { mkdir -p "$root/etc/ssl" && cp -rLT /etc/ssl/certs "$root/etc/ssl/certs" 2>/dev/null || true; }
}

# inside COMMAND…: in the bare system, without this machine's environment and without standard input.
inside() {
  # shellcheck disable=SC2016
  unshare --mount bash -c 'mount -t proc proc "$1/proc" && mount --rbind /dev "$1/dev" && mount --bind /sys "$1/sys" && root="$1" && shift &&
    exec env -i PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin HOME=/root LANG=C.UTF-8 \
      ${http_proxy:+"http_proxy=$http_proxy"} ${https_proxy:+"https_proxy=$https_proxy"} \
      chroot "$root" bash -c "cd /src/fwproof && exec \"\$@\"" inside "$@"' inside "$root" "$@" </dev/null
}

# timed COMMAND…: wall clock and processor time; the latter is the one to compare when the machine has other work.
timed() {
  local status=0 TIMEFORMAT="== $*: %0lR, processor %U + %S s"
  echo "== $*" >&2
  time "$@" || status=$?
  printf '== exit %d\n' "$status" >&2
  return "$status"
}

if [ ! -e "$root/etc/debian_version" ]; then
  timed debootstrap --variant=minbase "$suite" "$root" "$(mirror)" >"$root.log" || { tail "$root.log" >&2; exit 5; }
  copy_apt_settings
fi
rm -rf "$root/src/fwproof"
mkdir -p "$root/src"
git clone --quiet --no-local "$repository" "$root/src/fwproof"
[ -z "$(git -C "$repository" status --porcelain)" ] || echo "bare-debian: uncommitted changes are not part of the clone" >&2

# The example has findings on purpose: exit 1.
failed=0
timed inside ./run check examples/mailstore-spe/site.json || [ $? -eq 1 ] || failed=1
timed inside ./run check examples/mailstore-spe/site.json --quiet || [ $? -eq 1 ] || failed=1
timed inside ./run test || failed=1
exit "$failed"
