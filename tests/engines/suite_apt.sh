# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
#
# Packages of other Debian suites, fetched without a change to this machine's apt: a package list and a cache apart.

# The address that this machine's own apt has Debian's packages from.
mirror() {
	# shellcheck disable=SC2016	# apt's own variable
	apt-get indextargets --format '$(REPO_URI)' 'Created-By: Packages' 'Component: main' | grep -v security | head -n 1
}

# From here on apt is about this suite alone, in a folder of its own; nothing counts as installed.
choose_suite() {	# SUITE FOLDER
	mkdir -p "$2/lists/partial" "$2/cache/archives/partial" || return
	echo "deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] $(mirror) $1 main" >"$2/sources.list"
	cat >"$2/apt.conf" <<-END
		Dir::Etc::sourcelist "$2/sources.list";
		Dir::Etc::sourceparts "/dev/null";
		Dir::State::lists "$2/lists";
		Dir::State::status "/dev/null";
		Dir::Cache "$2/cache";
		APT::Sandbox::User "root";
		Acquire::Languages "none";
		quiet "2";
	END
	export APT_CONFIG=$2/apt.conf
}
