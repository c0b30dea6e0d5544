# SPDX-License-Identifier: Apache-2.0
# Turns a table of this folder (CSV without quotes, comments by '#') into the rows of a C array, at build time.
# A field that is true, false or a number stands as it is; every other one is a string.
BEGIN { FS = "," }
/^#/ || /^$/ { next }
{
	row = "\t{ "
	for (i = 1; i <= NF; i++)
		row = row ($i ~ /^(true|false|[0-9]+)$/ ? $i : "\"" $i "\"") (i < NF ? ", " : " },")
	print row
}
