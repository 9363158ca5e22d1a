#ifndef S6TS_SYSLOGD_MESSAGE_H
#define S6TS_SYSLOGD_MESSAGE_H
/* A syslog message, as it comes in a datagram, as one line of text. Calls no system. */

#include <stdbool.h>
#include <stddef.h>

/* Longer ones are cut (RFC 5424, 6.1: receivers should take 2048 bytes), and then end with "...". */
enum { MESSAGE_MAX = 65536, MESSAGE_LINE_MAX = 4 * MESSAGE_MAX + 64 };

/*
 * in[0..n), n at most MESSAGE_MAX, as "FACILITY.LEVEL: TEXT\n", the form of socklog, which its rules select by:
 * - <PRI> as in RFC 3164, 4.1.1; without a valid one the message is user.notice (4.3.3).
 * - A header of RFC 3164 stays as it came. One of RFC 5424 (6) becomes alike: TIME HOST APP[PROCID]: MSGID DATA MSG,
 *   what is "-" in it left out, and the byte order mark too. A broken one stays as it came.
 * - NULs and newlines at the end go. Other control bytes but tab become #OOO (octal, as rsyslog writes them): nobody can
 *   forge a second line. Bytes from 128 on stay, UTF-8 or not.
 * out has room for MESSAGE_LINE_MAX bytes. Returns the line's length; 0 for a message without any text.
 */
size_t message_line(const char *in, size_t n, bool cut, char *out);

#endif
