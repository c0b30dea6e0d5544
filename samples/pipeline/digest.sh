#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# usage: digest.sh LOGS FOLDER
# What a night job does: packs the web server's logs into FOLDER, several at a time, and digests them with the usual
# tools, each in a process of its own.
set -eu
export LC_ALL=C
logs=$1
cd "$2"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

mkdir -p packed
# shellcheck disable=SC2016 # the inner shell expands it
find "$logs" -name 'access.log.*' -print0 | sort -z |
	xargs -0 -n 1 -P 2 sh -c 'gzip --no-name --stdout "$1" >"packed/$(basename "$1").gz"' pack

zcat packed/*.gz | tee "$work/all" | wc -l >lines.txt
cut -d ' ' -f 1 <"$work/all" | sort | uniq -c | sort -k 1,1nr -k 2 | head -n 3 >visitors.txt
awk '{ bytes[$7] += $10 } END { for (page in bytes) print bytes[page], page }' "$work/all" | sort -nr >pages.txt
sed -n 's/.*" 5[0-9][0-9] .*/&/p' "$work/all" | grep -c . >errors.txt || true
mkfifo "$work/pipe"
sha256sum <"$work/pipe" | cut -c 1-64 >sum.txt &
sort "$work/all" >"$work/pipe"
wait
tar -cf - packed | gzip --no-name >packed.tar.gz
ln -sf packed.tar.gz latest
mv errors.txt server-errors.txt
chmod 640 packed.tar.gz
touch -d '2026-11-04 00:00' finished
