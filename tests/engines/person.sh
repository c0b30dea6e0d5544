# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
#
# Somebody with a home, sudo and the group docker, as the pages of the project take them for granted; on the private machine.

PERSON=dev

# What the person installs goes to a /usr/local that is gone with the test.
person_appears() {
	[ -n "${PRIVATE_MACHINE:-}" ] || give_up 'a person appears on a private machine only'
	mkdir -p "$SCRATCH/person/upper" "$SCRATCH/person/work"
	mount -t overlay -o "lowerdir=/usr/local,upperdir=$SCRATCH/person/upper,workdir=$SCRATCH/person/work" overlay /usr/local ||
		give_up 'cannot mount a private /usr/local'
	mkdir -p "$SCRATCH/home" /etc/sudoers.d
	useradd --home-dir "$SCRATCH/home" --shell /bin/bash "$PERSON" || give_up 'cannot add a person'
	echo "$PERSON ALL=(ALL) NOPASSWD: ALL" >/etc/sudoers.d/person
	printf '[user]\n\tname = %s\n\temail = %s@example.org\n[init]\n\tdefaultBranch = main\n' "$PERSON" "$PERSON" \
		>"$SCRATCH/home/.gitconfig"
	chown -R "$PERSON:" "$SCRATCH/home"
	chmod 711 "$SCRATCH"
}

# The engine of the test at the address where everybody looks for it.
person_has_docker() {
	chgrp "$PERSON" "$SCRATCH/docker.sock"
	chmod 660 "$SCRATCH/docker.sock"
	ln -sf "$SCRATCH/docker.sock" /run/docker.sock
}

as_person() {	# FOLDER COMMAND...
	(cd "$1" && shift && exec setpriv --reuid="$PERSON" --regid="$PERSON" --clear-groups env -i HOME="$SCRATCH/home" USER="$PERSON" \
		LOGNAME="$PERSON" LANG=C.UTF-8 PATH=/usr/local/bin:/usr/bin:/bin:/usr/local/sbin:/usr/sbin:/sbin "$@" </dev/null)
}
