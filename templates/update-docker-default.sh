#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Docker's default seccomp profile as the rows of docker-default.csv: one call under one set of conditions a row.
# Usage: update-docker-default.sh DEFAULT.JSON [TABLE]
#   DEFAULT.JSON  Docker's own file, with conditions; where it came from is said in the table's header, by hand
#   TABLE         rewritten below its header; default: docker-default.csv beside this script
set -eu
profile=$1
table=${2:-$(dirname "$0")/docker-default.csv}

# What the columns cannot say would be lost: refused.
jq -e '.defaultAction == "SCMP_ACT_ERRNO" and (.defaultErrnoRet // 1) == 1 and
	all(.syscalls[]; (.args // [] | length) <= 1 and (.action == "SCMP_ACT_ALLOW" or .action == "SCMP_ACT_ERRNO"))' \
	"$profile" >/dev/null || {
	echo "$profile holds more than the table has columns for" >&2
	exit 1
}
{
	grep '^#' "$table"
	jq -r 'def words: . // [] | map(ltrimstr("CAP_")) | sort | join(" ");
		.syscalls[] | . as $rule | .names[] | [
			.,
			(if $rule.action == "SCMP_ACT_ALLOW" then 0 else $rule.errnoRet // 1 end),
			($rule.includes.arches | words), ($rule.excludes.arches | words),
			($rule.includes.caps | words), ($rule.excludes.caps | words), ($rule.includes.minKernel // ""),
			($rule.args // [] | map("\(.index) \(.op) \(.value) \(.valueTwo // 0)") | join("; "))
		] | join(",")' "$profile" | LC_ALL=C sort -u
} >"$table.new"
mv "$table.new" "$table"
