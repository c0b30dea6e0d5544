/* SPDX-License-Identifier: Apache-2.0 */
/* Words for the kernel's numbers. One table a kind, in the order of the numbers. */
#include "snug/names.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "snug/memory.h"

struct name_row {
	const char *name;
	int value;
};

/* Linux 6.18 include/linux/socket.h; words of AppArmor's network rule, apparmor.d(5). */
static const struct name_row family_rows[] = {
	{ "unspec", 0 }, { "unix", 1 }, { "inet", 2 }, { "ax25", 3 }, { "ipx", 4 }, { "appletalk", 5 },
	{ "netrom", 6 }, { "bridge", 7 }, { "atmpvc", 8 }, { "x25", 9 }, { "inet6", 10 }, { "rose", 11 },
	{ "netbeui", 13 }, { "security", 14 }, { "key", 15 }, { "netlink", 16 }, { "packet", 17 },
	{ "ash", 18 }, { "econet", 19 }, { "atmsvc", 20 }, { "rds", 21 }, { "sna", 22 }, { "irda", 23 },
	{ "pppox", 24 }, { "wanpipe", 25 }, { "llc", 26 }, { "ib", 27 }, { "mpls", 28 }, { "can", 29 },
	{ "tipc", 30 }, { "bluetooth", 31 }, { "iucv", 32 }, { "rxrpc", 33 }, { "isdn", 34 },
	{ "phonet", 35 }, { "ieee802154", 36 }, { "caif", 37 }, { "alg", 38 }, { "nfc", 39 },
	{ "vsock", 40 }, { "kcm", 41 }, { "qipcrtr", 42 }, { "smc", 43 }, { "xdp", 44 }, { "mctp", 45 },
};

/* Linux 6.18 include/linux/net.h. */
static const struct name_row socket_type_rows[] = {
	{ "stream", 1 }, { "dgram", 2 }, { "raw", 3 }, { "rdm", 4 }, { "seqpacket", 5 }, { "dccp", 6 },
	{ "packet", 10 },
};

/* Linux 6.18 include/uapi/linux/in.h; 58 is in in6.h. */
static const struct name_row protocol_rows[] = {
	{ "ip", 0 }, { "icmp", 1 }, { "igmp", 2 }, { "ipip", 4 }, { "tcp", 6 }, { "egp", 8 },
	{ "pup", 12 }, { "udp", 17 }, { "idp", 22 }, { "tp", 29 }, { "dccp", 33 }, { "ipv6", 41 },
	{ "rsvp", 46 }, { "gre", 47 }, { "esp", 50 }, { "ah", 51 }, { "icmpv6", 58 }, { "mtp", 92 },
	{ "beetph", 94 }, { "encap", 98 }, { "pim", 103 }, { "comp", 108 }, { "l2tp", 115 },
	{ "sctp", 132 }, { "udplite", 136 }, { "mpls", 137 }, { "ethernet", 143 }, { "raw", 255 },
	{ "mptcp", 262 },
};

/* signal(7), asm-generic numbering (x86, arm, riscv, s390, powerpc alike); words of apparmor.d(5): "stp" is SIGTSTP,
 * "exists" is 0. The kernel's real-time signals begin at 32, two below libc's SIGRTMIN. */
static const struct name_row signal_rows[] = {
	{ "exists", 0 }, { "hup", 1 }, { "int", 2 }, { "quit", 3 }, { "ill", 4 }, { "trap", 5 },
	{ "abrt", 6 }, { "bus", 7 }, { "fpe", 8 }, { "kill", 9 }, { "usr1", 10 }, { "segv", 11 },
	{ "usr2", 12 }, { "pipe", 13 }, { "alrm", 14 }, { "term", 15 }, { "stkflt", 16 }, { "chld", 17 },
	{ "cont", 18 }, { "stop", 19 }, { "stp", 20 }, { "ttin", 21 }, { "ttou", 22 }, { "urg", 23 },
	{ "xcpu", 24 }, { "xfsz", 25 }, { "vtalrm", 26 }, { "prof", 27 }, { "winch", 28 }, { "io", 29 },
	{ "pwr", 30 }, { "sys", 31 }, { "rtmin+0", 32 }, { "rtmin+1", 33 }, { "rtmin+2", 34 },
	{ "rtmin+3", 35 }, { "rtmin+4", 36 }, { "rtmin+5", 37 }, { "rtmin+6", 38 }, { "rtmin+7", 39 },
	{ "rtmin+8", 40 }, { "rtmin+9", 41 }, { "rtmin+10", 42 }, { "rtmin+11", 43 }, { "rtmin+12", 44 },
	{ "rtmin+13", 45 }, { "rtmin+14", 46 }, { "rtmin+15", 47 }, { "rtmin+16", 48 },
	{ "rtmin+17", 49 }, { "rtmin+18", 50 }, { "rtmin+19", 51 }, { "rtmin+20", 52 },
	{ "rtmin+21", 53 }, { "rtmin+22", 54 }, { "rtmin+23", 55 }, { "rtmin+24", 56 },
	{ "rtmin+25", 57 }, { "rtmin+26", 58 }, { "rtmin+27", 59 }, { "rtmin+28", 60 },
	{ "rtmin+29", 61 }, { "rtmin+30", 62 }, { "rtmin+31", 63 }, { "rtmin+32", 64 },
};

/* Linux 6.18 include/uapi/linux/capability.h. */
static const struct name_row capability_rows[] = {
	{ "CHOWN", 0 }, { "DAC_OVERRIDE", 1 }, { "DAC_READ_SEARCH", 2 }, { "FOWNER", 3 }, { "FSETID", 4 },
	{ "KILL", 5 }, { "SETGID", 6 }, { "SETUID", 7 }, { "SETPCAP", 8 }, { "LINUX_IMMUTABLE", 9 },
	{ "NET_BIND_SERVICE", 10 }, { "NET_BROADCAST", 11 }, { "NET_ADMIN", 12 }, { "NET_RAW", 13 },
	{ "IPC_LOCK", 14 }, { "IPC_OWNER", 15 }, { "SYS_MODULE", 16 }, { "SYS_RAWIO", 17 },
	{ "SYS_CHROOT", 18 }, { "SYS_PTRACE", 19 }, { "SYS_PACCT", 20 }, { "SYS_ADMIN", 21 },
	{ "SYS_BOOT", 22 }, { "SYS_NICE", 23 }, { "SYS_RESOURCE", 24 }, { "SYS_TIME", 25 },
	{ "SYS_TTY_CONFIG", 26 }, { "MKNOD", 27 }, { "LEASE", 28 }, { "AUDIT_WRITE", 29 },
	{ "AUDIT_CONTROL", 30 }, { "SETFCAP", 31 }, { "MAC_OVERRIDE", 32 }, { "MAC_ADMIN", 33 },
	{ "SYSLOG", 34 }, { "WAKE_ALARM", 35 }, { "BLOCK_SUSPEND", 36 }, { "AUDIT_READ", 37 },
	{ "PERFMON", 38 }, { "BPF", 39 }, { "CHECKPOINT_RESTORE", 40 },
};

/* errno(3): by constant, since numbers differ between architectures. */
static const struct name_row errno_rows[] = {
	{ "EPERM", EPERM }, { "ENOENT", ENOENT }, { "ESRCH", ESRCH }, { "EINTR", EINTR }, { "EIO", EIO },
	{ "ENXIO", ENXIO }, { "E2BIG", E2BIG }, { "ENOEXEC", ENOEXEC }, { "EBADF", EBADF },
	{ "ECHILD", ECHILD }, { "EAGAIN", EAGAIN }, { "ENOMEM", ENOMEM }, { "EACCES", EACCES },
	{ "EFAULT", EFAULT }, { "ENOTBLK", ENOTBLK }, { "EBUSY", EBUSY }, { "EEXIST", EEXIST },
	{ "EXDEV", EXDEV }, { "ENODEV", ENODEV }, { "ENOTDIR", ENOTDIR }, { "EISDIR", EISDIR },
	{ "EINVAL", EINVAL }, { "ENFILE", ENFILE }, { "EMFILE", EMFILE }, { "ENOTTY", ENOTTY },
	{ "ETXTBSY", ETXTBSY }, { "EFBIG", EFBIG }, { "ENOSPC", ENOSPC }, { "ESPIPE", ESPIPE },
	{ "EROFS", EROFS }, { "EMLINK", EMLINK }, { "EPIPE", EPIPE }, { "EDOM", EDOM },
	{ "ERANGE", ERANGE }, { "EDEADLK", EDEADLK }, { "ENAMETOOLONG", ENAMETOOLONG },
	{ "ENOLCK", ENOLCK }, { "ENOSYS", ENOSYS }, { "ENOTEMPTY", ENOTEMPTY }, { "ELOOP", ELOOP },
	{ "ENOMSG", ENOMSG }, { "EIDRM", EIDRM }, { "ECHRNG", ECHRNG }, { "EL2NSYNC", EL2NSYNC },
	{ "EL3HLT", EL3HLT }, { "EL3RST", EL3RST }, { "ELNRNG", ELNRNG }, { "EUNATCH", EUNATCH },
	{ "ENOCSI", ENOCSI }, { "EL2HLT", EL2HLT }, { "EBADE", EBADE }, { "EBADR", EBADR },
	{ "EXFULL", EXFULL }, { "ENOANO", ENOANO }, { "EBADRQC", EBADRQC }, { "EBADSLT", EBADSLT },
	{ "EBFONT", EBFONT }, { "ENOSTR", ENOSTR }, { "ENODATA", ENODATA }, { "ETIME", ETIME },
	{ "ENOSR", ENOSR }, { "ENONET", ENONET }, { "ENOPKG", ENOPKG }, { "EREMOTE", EREMOTE },
	{ "ENOLINK", ENOLINK }, { "EADV", EADV }, { "ESRMNT", ESRMNT }, { "ECOMM", ECOMM },
	{ "EPROTO", EPROTO }, { "EMULTIHOP", EMULTIHOP }, { "EDOTDOT", EDOTDOT }, { "EBADMSG", EBADMSG },
	{ "EOVERFLOW", EOVERFLOW }, { "ENOTUNIQ", ENOTUNIQ }, { "EBADFD", EBADFD },
	{ "EREMCHG", EREMCHG }, { "ELIBACC", ELIBACC }, { "ELIBBAD", ELIBBAD }, { "ELIBSCN", ELIBSCN },
	{ "ELIBMAX", ELIBMAX }, { "ELIBEXEC", ELIBEXEC }, { "EILSEQ", EILSEQ }, { "ERESTART", ERESTART },
	{ "ESTRPIPE", ESTRPIPE }, { "EUSERS", EUSERS }, { "ENOTSOCK", ENOTSOCK },
	{ "EDESTADDRREQ", EDESTADDRREQ }, { "EMSGSIZE", EMSGSIZE }, { "EPROTOTYPE", EPROTOTYPE },
	{ "ENOPROTOOPT", ENOPROTOOPT }, { "EPROTONOSUPPORT", EPROTONOSUPPORT },
	{ "ESOCKTNOSUPPORT", ESOCKTNOSUPPORT }, { "EOPNOTSUPP", EOPNOTSUPP }, { "EPFNOSUPPORT", EPFNOSUPPORT },
	{ "EAFNOSUPPORT", EAFNOSUPPORT }, { "EADDRINUSE", EADDRINUSE },
	{ "EADDRNOTAVAIL", EADDRNOTAVAIL }, { "ENETDOWN", ENETDOWN }, { "ENETUNREACH", ENETUNREACH },
	{ "ENETRESET", ENETRESET }, { "ECONNABORTED", ECONNABORTED }, { "ECONNRESET", ECONNRESET },
	{ "ENOBUFS", ENOBUFS }, { "EISCONN", EISCONN }, { "ENOTCONN", ENOTCONN },
	{ "ESHUTDOWN", ESHUTDOWN }, { "ETOOMANYREFS", ETOOMANYREFS }, { "ETIMEDOUT", ETIMEDOUT },
	{ "ECONNREFUSED", ECONNREFUSED }, { "EHOSTDOWN", EHOSTDOWN }, { "EHOSTUNREACH", EHOSTUNREACH },
	{ "EALREADY", EALREADY }, { "EINPROGRESS", EINPROGRESS }, { "ESTALE", ESTALE },
	{ "EUCLEAN", EUCLEAN }, { "ENOTNAM", ENOTNAM }, { "ENAVAIL", ENAVAIL }, { "EISNAM", EISNAM },
	{ "EREMOTEIO", EREMOTEIO }, { "EDQUOT", EDQUOT }, { "ENOMEDIUM", ENOMEDIUM },
	{ "EMEDIUMTYPE", EMEDIUMTYPE }, { "ECANCELED", ECANCELED }, { "ENOKEY", ENOKEY },
	{ "EKEYEXPIRED", EKEYEXPIRED }, { "EKEYREVOKED", EKEYREVOKED }, { "EKEYREJECTED", EKEYREJECTED },
	{ "EOWNERDEAD", EOWNERDEAD }, { "ENOTRECOVERABLE", ENOTRECOVERABLE }, { "ERFKILL", ERFKILL },
};

static const struct {
	const struct name_row *rows;
	size_t count;
} tables[NAME_KIND_MAX_] = {
	[NAME_FAMILY] = { family_rows, ARRAY_SIZE(family_rows) },
	[NAME_SOCKET_TYPE] = { socket_type_rows, ARRAY_SIZE(socket_type_rows) },
	[NAME_PROTOCOL] = { protocol_rows, ARRAY_SIZE(protocol_rows) },
	[NAME_SIGNAL] = { signal_rows, ARRAY_SIZE(signal_rows) },
	[NAME_CAPABILITY] = { capability_rows, ARRAY_SIZE(capability_rows) },
	[NAME_ERRNO] = { errno_rows, ARRAY_SIZE(errno_rows) },
};

#define UNKNOWN "unknown"	/* the word for -1: the recorder could not tell */

const char *name_of(enum name_kind kind, int value, char name[static NAME_LENGTH])
{
	for (size_t i = 0; i < tables[kind].count; i++)
		if (tables[kind].rows[i].value == value) {
			snprintf(name, NAME_LENGTH, "%s", tables[kind].rows[i].name);
			return name;
		}
	if (value == -1)
		snprintf(name, NAME_LENGTH, UNKNOWN);
	else
		snprintf(name, NAME_LENGTH, "#%d", value);
	return name;
}

static bool plain_number(const char *digits, int *ret)
{
	char *end;
	long value;

	errno = 0;
	value = strtol(digits, &end, 10);
	if (*end || end == digits || errno || value < INT_MIN || value > INT_MAX)
		return false;
	*ret = (int)value;
	return true;
}

bool value_of(enum name_kind kind, const char *name, int *ret)
{
	char canonical[NAME_LENGTH];

	for (size_t i = 0; i < tables[kind].count; i++)
		if (strcmp(tables[kind].rows[i].name, name) == 0) {
			*ret = tables[kind].rows[i].value;
			return true;
		}
	if (strcmp(name, UNKNOWN) == 0) {
		*ret = -1;
		return true;
	}
	/* "#2" where 2 has a name would be a second spelling of the same fact. */
	return name[0] == '#' && plain_number(name + 1, ret) && strcmp(name_of(kind, *ret, canonical), name) == 0;
}
