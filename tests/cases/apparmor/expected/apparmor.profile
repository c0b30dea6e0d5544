# AppArmor profile snug-golden-app, written by snug from a recording. Change `rules` and emit again, never this file.
# To load it: apparmor_parser --replace --skip-cache FILE
# To use it: docker run --security-opt apparmor=snug-golden-app …
# Incomplete: the recording lost events or was cut short, so that rules may be missing here.
abi <abi/3.0>,

profile snug-golden-app flags=(attach_disconnected,mediate_deleted) {
  # Who may signal and trace whom, as in Docker's default profile: the host and the runtimes stop the container,
  # and its processes are free among themselves, by docker exec too (labelled //&unconfined since Linux 6.17).
  signal (receive) peer=unconfined,
  signal (receive) peer=runc,
  signal (receive) peer=crun,
  signal (send,receive) peer=snug-golden-app,
  signal (send,receive) peer=snug-golden-app//&unconfined,
  ptrace (trace,read,tracedby,readby) peer=snug-golden-app,
  ptrace (trace,read,tracedby,readby) peer=snug-golden-app//&unconfined,

  # Capabilities that its calls needed.
  capability net_bind_service,

  # Sockets that it made.
  # no rule can name sockets of family mctp
  network inet stream,
  network inet6,
  network netlink raw,
  network unix dgram,
  network unix stream,

  # Signals to processes outside of the container.
  signal (send) set=(term),

  # Processes outside of the container that it looked into.
  ptrace (read),

  # Mounts that it made and removed.
  mount fstype=tmpfs options=(rw,nosuid,nodev,noexec) tmpfs -> /mnt{,/},
  mount options=(move) /mnt{,/} -> /mnt2{,/},
  mount options=(rbind) /srv{,/} -> "/mnt/a b{,/}",
  mount options=(ro,remount,bind) -> /mnt{,/},
  mount options=(rslave) -> /,
  pivot_root oldroot=/new/old{,/} /new{,/},
  umount /mnt{,/},

  # Programs that it ran, under this profile as well.
  /usr/bin/app mix,
  /usr/bin/script rix,

  # Code that it mapped: libraries.
  /usr/lib/libc.so.6 mr,

  # Files that it created, changed or deleted.
  /proc/sys/net/core/somaxconn w,
  /run/app.sock rw,
  /srv/file rw,
  /srv/full/ w,
  /srv/lock-exclusive rwk,
  /srv/log a,
  /srv/made/ w,
  /srv/name wl,
  /srv/new w,
  /srv/new.log w,
  /srv/odd{,/} w,
  /srv/old rw,
  /srv/owned w,

  # Files and folders that it read.
  "/w/#include <x>" r,
  "/w/@\{PROC\}" r,
  "/w/\177\001" r,
  "/w/\303\251" r,
  "/w/\377\376" r,
  "/w/\}/" r,
  "/w/back\134slash" r,
  "/w/blank name" r,
  "/w/comma, r," r,
  "/w/deny /x rw," r,
  "/w/glob\*\?\[a\]\{b,c\}\^" r,
  "/w/new\012line" r,
  "/w/octal\134052" r,
  "/w/quote\042d" r,
  / r,
  /etc/passwd r,
  /srv/lock rk,
  /sys/fs/cgroup/cpu.max r,

  # The same where names differ from run to run.
  /dev/pts/[0-9]* rw,
  /proc/[0-9]*/status r,
  /proc/[0-9]*/task/[0-9]*/comm w,
  /tmp/sort?* w,

  # What Docker's default profile protects (moby/profiles apparmor/template.go). Nothing above allows it: these
  # lines keep it so when somebody adds a broad rule, and keep the log quiet.
  deny /proc/* w,
  deny /proc/{[^1-9],[^1-9][^0-9],[^1-9s][^0-9y][^0-9s],[^1-9][^0-9][^0-9][^0-9/]*}/** w,
  # Left out, since the recording needs /proc/sys/net/core/somaxconn: deny /proc/sys/[^k]** w,
  deny /proc/sys/kernel/{?,??,[^s][^h][^m]**} w,
  deny /proc/sysrq-trigger rwklx,
  deny /proc/kcore rwklx,
  # Left out, since the recording needs a mount: deny mount,
  deny /sys/[^f]*/** wklx,
  deny /sys/f[^s]*/** wklx,
  deny /sys/fs/[^c]*/** wklx,
  deny /sys/fs/c[^g]*/** wklx,
  deny /sys/fs/cg[^r]*/** wklx,
  deny /sys/firmware/** rwklx,
  deny /sys/devices/virtual/powercap/** rwklx,
  deny /sys/kernel/security/** rwklx,

  # open("/dev/stdout", O_CREAT) has the kernel ask whether this name may be created, before it sees that it is there
  # and follows it. A quiet no changes nothing (measured: Linux 6.1); a yes would make it ask for CAP_DAC_OVERRIDE next.
  deny /proc/[0-9]*/fd/[0-9]* w,
}
