#!/usr/bin/env bash
# Brings the gateway programs that tests/real starts. Never leaves one of their services running that was not before.
set -euo pipefail
missing=()
for pair in kannel:/usr/sbin/bearerbox kannel-extras:/usr/lib/kannel/test/fakesmsc gammu:/usr/bin/gammu \
  gammu-smsd:/usr/bin/gammu-smsd; do
  [ -x "${pair#*:}" ] || missing+=("${pair%%:*}")
done
[ ${#missing[@]} -eq 0 ] && exit 0
if [ "$(id -u)" -ne 0 ]; then
  echo "These tests need the packages ${missing[*]}: sudo apt-get install -y --no-install-recommends ${missing[*]}" >&2
  exit 1
fi
echo "Installing ${missing[*]} for the tests of gateways."
policy=/usr/sbin/policy-rc.d # asked by every package before it starts its service
if [ ! -e "$policy" ]; then
  printf '#!/bin/sh\nexit 101\n' >"$policy"
  chmod 755 "$policy"
  trap 'rm -f "$policy"' EXIT
fi
export DEBIAN_FRONTEND=noninteractive
timeout 300 apt-get update -qq
timeout 600 apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null
for service in kannel gammu-smsd; do # nor at the next start of the machine, where we brought it
  [[ " ${missing[*]} " == *" $service "* ]] && update-rc.d "$service" disable >/dev/null 2>&1
done
exit 0
