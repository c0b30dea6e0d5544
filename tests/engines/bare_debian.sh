# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
#
# A bare Debian 12 beside this machine: what a minimal installation holds, and the packages that are asked for, unpacked from
# those of this machine. Its root is a mount namespace, which shares processes and network with whoever began it.

DEBIAN_PERSON=dev DEBIAN_HOME=/home/dev

debian_unpack() {	# FOLDER PACKAGE...
	local folder=$1
	shift
	rm -rf --one-file-system "$folder"
	mkdir -p "$folder" && "$TOP_SRCDIR/tests/engines/base_image.py" "$folder.tar" "$@" &&
		tar --extract --file "$folder.tar" --directory "$folder" && rm "$folder.tar" || return
	# This machine's own addresses of the archive.
	# shellcheck disable=SC2016	# apt's own variables
	apt-get indextargets --format 'deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] $(REPO_URI) $(RELEASE) $(COMPONENT)' \
		'Created-By: Packages' 'Origin: Debian' | sort -u >"$folder/etc/apt/sources.list"
	cp /etc/resolv.conf "$folder/etc/"
	mkdir -p "$folder"/{home,mnt,srv}
	touch "$folder/bare-debian"
	echo "127.0.0.1 localhost $(uname -n)" >"$folder/etc/hosts"
	# No daemon is started by its installation.
	printf '#!/bin/sh\nexit 101\n' >"$folder/usr/sbin/policy-rc.d" && chmod +x "$folder/usr/sbin/policy-rc.d" || return
	chroot "$folder" useradd --create-home --home-dir "$DEBIAN_HOME" --shell /bin/bash --groups docker "$DEBIAN_PERSON" || return
	echo "$DEBIAN_PERSON ALL=(ALL) NOPASSWD: ALL" >"$folder/etc/sudoers.d/person"
	printf '[user]\n\tname = %s\n\temail = %s@example.org\n[init]\n\tdefaultBranch = main\n' "$DEBIAN_PERSON" "$DEBIAN_PERSON" \
		>"$folder$DEBIAN_HOME/.gitconfig"
}

# As it comes out of Git, also where it was configured in place.
clone_into() {	# FOLDER
	mkdir -p "$1" && tar --create --directory "$TOP_SRCDIR" --exclude='./build*' --exclude=./.git --exclude=./configure \
		--exclude=./config.* --exclude=./Makefile --exclude=./Makefile.in --exclude='*.o' --exclude='*.a' --exclude=./snug . |
		tar --extract --directory "$1" &&
		chown -R --reference "${1%/*}" "$1"
}

debian_begin() {	# FOLDER [FOLDER-FOR-DOCKER]
	# shellcheck disable=SC2016	# expanded in there
	setpriv --pdeathsig KILL unshare --mount --propagation private sh -ec '
		mount --bind "$1" "$1"
		cd "$1"
		for folder in dev proc sys; do
			mount --rbind "/$folder" "$folder"
		done
		mount -t tmpfs -o mode=755 tmpfs run
		mkdir -p run/lock var/lib/docker
		[ -z "$2" ] || mount --bind "$2" var/lib/docker
		pivot_root . mnt
		umount -l /mnt
		exec sleep infinity' - "$1" "${2:-}" </dev/null &
	debian_holder=$!
	until_true 20 nsenter --mount --target "$debian_holder" test -e /bare-debian -a ! -e /mnt/proc ||
		give_up 'the bare Debian does not come up'
}

debian_end() {
	kill "$debian_holder"
	wait "$debian_holder" 2>/dev/null
}

in_debian() {	# PERSON FOLDER COMMAND...: a folder is told from the person's home
	local person=$1 folder=$2 home=$DEBIAN_HOME
	[ "$person" != root ] || home=/root
	shift 2
	nsenter --mount --target "$debian_holder" setpriv --reuid="$person" --regid="$person" --init-groups \
		env -i HOME="$home" USER="$person" LOGNAME="$person" LANG=C.UTF-8 \
		PATH=/usr/local/bin:/usr/bin:/bin:/usr/local/sbin:/usr/sbin:/sbin \
		sh -c 'cd "$HOME" && cd "$1" && shift && exec "$@"' - "$folder" "$@" </dev/null
}
