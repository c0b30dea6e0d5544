# AppArmor profile snug-golden-app, written by snug from a recording. Change `rules` and emit again, never this file.
# To load it: apparmor_parser --replace --skip-cache FILE
# To use it: docker run --security-opt apparmor=snug-golden-app …
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
  capability chown,
  capability dac_override,
  capability fsetid,
  capability net_bind_service,
  capability net_raw,
  capability perfmon,
  capability setgid,
  capability sys_time,

  # What Docker's default profile protects (moby/profiles apparmor/template.go). Nothing above allows it: these
  # lines keep it so when somebody adds a broad rule, and keep the log quiet.
  deny /proc/* w,
  deny /proc/{[^1-9],[^1-9][^0-9],[^1-9s][^0-9y][^0-9s],[^1-9][^0-9][^0-9][^0-9/]*}/** w,
  deny /proc/sys/[^k]** w,
  deny /proc/sys/kernel/{?,??,[^s][^h][^m]**} w,
  deny /proc/sysrq-trigger rwklx,
  deny /proc/kcore rwklx,
  deny mount,
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
