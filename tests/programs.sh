#!/usr/bin/env bash
# Debian's Chromium, LibreOffice and nginx for the tests: by apt when we are root, else say loudly what will be skipped.
# One by one, so that one which cannot be had takes no other with it; nginx is neither started nor enabled by its package.
set -u
PATH="$PATH:/usr/sbin"
missing=()
command -v chromium >/dev/null || missing+=(chromium)
command -v soffice >/dev/null || missing+=(libreoffice-calc)
command -v nginx >/dev/null || missing+=(nginx-light)
[ ${#missing[@]} = 0 ] && exit 0
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
  echo "Installing for the tests: ${missing[*]}."
  policy=/usr/sbin/policy-rc.d
  if [ ! -e "$policy" ] && printf '#!/bin/sh\nexit 101\n' >"$policy" && chmod 755 "$policy"; then
    trap 'rm -f "$policy"' EXIT
  fi
  apt-get update -qq
  for each in "${missing[@]}"; do
    DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$each" >/dev/null
    if [ "$each" = nginx-light ] && [ -d /run/systemd/system ]; then systemctl disable --now --quiet nginx; fi
  done
fi
command -v chromium >/dev/null && command -v soffice >/dev/null && command -v nginx >/dev/null && exit 0
echo "**************************************************************************"
command -v chromium >/dev/null || echo "** There is no Chromium on this machine: THE BROWSER TESTS ARE SKIPPED.   **"
command -v soffice >/dev/null || echo "** There is no LibreOffice: THE TEST OF OUR TABLES IN IT IS SKIPPED.      **"
command -v nginx >/dev/null || echo "** There is no nginx: THE TESTS OF WHAT STANDS BEFORE THE DOORS ARE SKIPPED. **"
echo "** Install Debian's ${missing[*]} (or run 'make test' as root)."
echo "**************************************************************************"
if [ "${CI:-}" = true ]; then exit 1; fi
exit 0
