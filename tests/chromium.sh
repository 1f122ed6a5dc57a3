#!/usr/bin/env bash
# Debian's Chromium for the browser tests: by apt when we are root, else say loudly what will be skipped.
set -u
command -v chromium >/dev/null && exit 0
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
  echo "Installing Chromium for the browser tests."
  apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends chromium >/dev/null
fi
command -v chromium >/dev/null && exit 0
echo "**************************************************************************"
echo "** There is no Chromium on this machine: THE BROWSER TESTS ARE SKIPPED. **"
echo "** Install Debian's package 'chromium' (or run 'make test' as root).    **"
echo "**************************************************************************"
if [ "${CI:-}" = true ]; then exit 1; fi
exit 0
