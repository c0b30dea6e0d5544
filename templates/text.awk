# SPDX-License-Identifier: Apache-2.0
# Turns a text of this folder into a C string, line by line, at build time.
{
	gsub(/\\/, "\\\\")
	gsub(/"/, "\\\"")
	gsub(/\t/, "\\t")
	print "\t\"" $0 "\\n\""
}
