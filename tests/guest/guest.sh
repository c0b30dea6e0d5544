# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
#
# A throw-away machine in which AppArmor is really enforced: Debian's cloud kernel under QEMU without hardware help,
# a root filesystem of this machine's own programs, one test inside.
#
#	. "$TOP_SRCDIR/tests/lib.sh"
#	. "$TOP_SRCDIR/tests/guest/guest.sh"
#	guest_begin			# what it needs is there, else skipped; $GUEST is the root folder to fill
#	guest_program nginx curl	# with their libraries
#	guest_copy FILE [PATH]
#	guest_run FILE			# becomes /test; prints what the test printed, which is TAP
#	guest_part NAME FILE		# the same as a part of this test, which goes on
#	guest_options='audit=0'		# more for the kernel's command line, from the next run on
#
# The kernel is fetched once by apt-get and kept in the build folder ($SNUG_GUEST_KERNEL keeps it elsewhere).

guest_kernel=${SNUG_GUEST_KERNEL:-${TOP_BUILDDIR:-.}/tests/guest/kernel}
# shellcheck source-path=SCRIPTDIR source=../engines/suite_apt.sh
. "$TOP_SRCDIR/tests/engines/suite_apt.sh"
guest_seconds=600	# most that a guest may live: five times what it takes on two busy processors

guest_fetch_kernel() {
	local package
	[ ! -e "$guest_kernel/vmlinuz" ] || return 0
	package=$(apt-cache depends linux-image-cloud-amd64 2>/dev/null | sed -n 's/.*Depends: \(linux-image.*\)/\1/p' | head -n 1)
	[ -n "$package" ] || return 1
	mkdir -p "$guest_kernel" "$SCRATCH/kernel" && chmod 777 "$SCRATCH/kernel" &&
		(cd "$SCRATCH/kernel" && apt-get download -qq "$package" && dpkg-deb -x ./*.deb .) >/dev/null 2>&1 &&
		cp "$SCRATCH"/kernel/boot/vmlinuz-* "$guest_kernel/vmlinuz.part" &&
		mv "$guest_kernel/vmlinuz.part" "$guest_kernel/vmlinuz"
}

# Newer kernels come in parts: the image itself is in a package that linux-image-… depends on.
guest_fetch_newer_kernel() {	# SUITE
	local state=$SCRATCH/apt-$1 image part
	[ ! -e "$guest_kernel/vmlinuz-$1" ] || return 0
	choose_suite "$1" "$state" && apt-get update || return
	image=$(apt-cache depends linux-image-cloud-amd64 | sed -n 's/.*Depends: \(linux-image.*\)/\1/p' | head -n 1)
	[ -n "$image" ] || return
	part=$(apt-cache depends "$image" | sed -n 's/.*Depends: \(linux-binary.*\)/\1/p' | head -n 1)
	mkdir -p "$guest_kernel" "$SCRATCH/kernel-$1" &&
		(cd "$SCRATCH/kernel-$1" && apt-get download "${part:-$image}" && dpkg-deb -x ./*.deb .) &&
		cp "$(find "$SCRATCH/kernel-$1" -name 'vmlinuz*' -type f | head -n 1)" "$guest_kernel/vmlinuz-$1.part" &&
		mv "$guest_kernel/vmlinuz-$1.part" "$guest_kernel/vmlinuz-$1"
}

# The next guest_run takes the kernel of another Debian suite.
guest_newer_kernel() {	# SUITE
	(guest_fetch_newer_kernel "$1") >"$SCRATCH/fetch" 2>&1 || { note "$(tail -n 5 "$SCRATCH/fetch")"; return 1; }
	guest_image=$guest_kernel/vmlinuz-$1
}

guest_begin() {	# WHAT ELSE IT NEEDS...
	local folder
	[ "$(dpkg --print-architecture 2>/dev/null)" = amd64 ] || missing guest 'the guest is an amd64 machine of Debian'
	PATH=$PATH:/usr/sbin:/sbin
	needs guest qemu-system-x86_64 busybox cpio apparmor_parser aa-exec "$@"
	scratch_folder
	guest_fetch_kernel || missing guest 'needs the package linux-image-cloud-amd64, and apt-get cannot download it'
	GUEST=$SCRATCH/guest
	mkdir -p "$GUEST"/{etc,new,proc,root,run,srv,sys,tmp,usr/bin,usr/sbin,usr/lib,usr/lib64,var/lib,var/log}
	chmod -R 755 "$GUEST"
	chmod 1777 "$GUEST/tmp"
	for folder in bin sbin lib lib64; do
		ln -s "usr/$folder" "$GUEST/$folder"
	done
	cp "$(command -v busybox)" "$GUEST/busybox"
	guest_copy "$TOP_SRCDIR/tests/guest/init" /init
	guest_copy "$TOP_SRCDIR/tests/lib.sh" /tests/lib.sh
	guest_copy "$TOP_SRCDIR/tests/guest/inside.sh" /tests/inside.sh
	guest_copy /etc/apparmor.d/abi
	guest_copy /etc/apparmor/parser.conf
	guest_copy /usr/share/apparmor-features
	guest_copy "$SNUG" /usr/bin/snug
	printf 'root:x:0:0::/root:/bin/sh\nwww-data:x:33:33::/:/bin/false\nnobody:x:65534:65534::/:/bin/false\n' >"$GUEST/etc/passwd"
	printf 'root:x:0:\nwww-data:x:33:\nnogroup:x:65534:\n' >"$GUEST/etc/group"
	guest_libraries "$SNUG"
	guest_program bash sh apparmor_parser aa-exec dmesg env awk basename cat chmod chown cksum cp cut date dirname echo find \
		grep gzip head id kill ln ls mkdir mkfifo mktemp mount mv ps readlink rm rmdir sed seq sha256sum sleep \
		sort stat tail tar tee touch tr true umount uname uniq wc xargs zcat
}

# The shared libraries of a program, under the names by which the loader asks for them.
guest_libraries() {
	local library
	ldd "$1" 2>/dev/null | grep -oE '/[^ ]+' | while read -r library; do
		[ -e "$GUEST$library" ] || guest_copy "$(readlink -f "$library")" "$library"
	done
}

guest_program() {
	local name path
	for name; do
		path=$(command -v "$name")
		case $path in
		/*) ;;
		*) path=$(PATH=/usr/bin:/usr/sbin type -P "$name") || give_up "no program '$name' for the guest" ;;
		esac
		guest_copy "$(readlink -f "$path")" "$path"
		guest_libraries "$path"
	done
}

guest_copy() {	# FILE-OR-FOLDER [PATH]
	local to=$GUEST${2:-$1}
	mkdir -p "$(dirname "$to")"
	cp -a "$1" "$to"
}

guest_run() {	# FILE [MEGABYTES]
	guest_copy "$1" /test
	(cd "$GUEST" && find . | cpio --create --format=newc --quiet --owner=0:0) >"$SCRATCH/initrd"
	timeout "$guest_seconds" qemu-system-x86_64 -M q35 -accel tcg -cpu max -smp 1 -m "${2:-1024}" -nodefaults -nographic \
		-no-reboot -net none -kernel "${guest_image:-$guest_kernel/vmlinuz}" -initrd "$SCRATCH/initrd" \
		-append 'console=ttyS0 quiet panic=-1 log_buf_len=4M apparmor=1 security=apparmor '"${guest_options:-}" \
		-serial file:"$SCRATCH/console" -serial file:"$SCRATCH/words" </dev/null >"$SCRATCH/qemu" 2>&1
	grep -q '^1\.\.' "$SCRATCH/words" || {
		cat "$SCRATCH/words"
		show_tail "$SCRATCH/console" 60
		give_up 'the guest did not come to an end' "$SCRATCH/qemu"
	}
	[ -z "${GUEST_CONSOLE:-}" ] || cp "$SCRATCH/console" "$GUEST_CONSOLE"
	cat "$SCRATCH/words"
	! grep -q '^not ok' "$SCRATCH/words"
}

# What the test in there said, without its plan, counted on.
guest_part() {	# NAME FILE
	local line
	guest_run "$2" >"$SCRATCH/said"
	while IFS= read -r line; do
		case $line in
		'ok '*) result 0 "$1: ${line#* - }" ;;
		'not ok '*) result 1 "$1: ${line#* - }" ;;
		'#'*) echo "$line" ;;
		esac
	done <"$SCRATCH/said"
}
