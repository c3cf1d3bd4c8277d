/*
 * The floor: a milter that takes the whole message, asks for no reply before its end, and changes nothing.
 *
 *	null_milter SOCKET		as in smfi_setconn(): unix:/PATH or inet:PORT@HOST
 */
#include <libmilter/mfapi.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

static sfsistat
on_body(SMFICTX *ctx, unsigned char *chunk, size_t bytes)
{
	(void)ctx, (void)chunk, (void)bytes;
	return SMFIS_NOREPLY;
}

static sfsistat
on_header(SMFICTX *ctx, char *name, char *value)
{
	(void)ctx, (void)name, (void)value;
	return SMFIS_NOREPLY;
}

static sfsistat
on_envelope(SMFICTX *ctx, char **arguments)
{
	(void)ctx, (void)arguments;
	return SMFIS_NOREPLY;
}

static sfsistat
on_event(SMFICTX *ctx)
{
	(void)ctx;
	return SMFIS_NOREPLY;
}

static sfsistat
on_end_of_message(SMFICTX *ctx)
{
	(void)ctx;
	return SMFIS_CONTINUE;
}

static sfsistat
on_negotiation(SMFICTX *ctx, unsigned long actions, unsigned long steps, unsigned long unused2,
    unsigned long unused3, unsigned long *want_actions, unsigned long *want_steps, unsigned long *want2,
    unsigned long *want3)
{
	(void)ctx, (void)actions, (void)unused2, (void)unused3;
	*want_actions = 0;
	*want_steps = steps & (SMFIP_NOCONNECT | SMFIP_NOHELO | SMFIP_NOUNKNOWN | SMFIP_NODATA | SMFIP_NR_MAIL |
	    SMFIP_NR_RCPT | SMFIP_NR_HDR | SMFIP_NR_EOH | SMFIP_NR_BODY | SMFIP_HDR_LEADSPC);
	*want2 = *want3 = 0;
	return SMFIS_CONTINUE;
}

int
main(int argc, char **argv)
{
	static char	 name[] = "null";
	struct smfiDesc	 filter = {
		.xxfi_name = name,
		.xxfi_version = SMFI_VERSION,
		.xxfi_envfrom = on_envelope,
		.xxfi_envrcpt = on_envelope,
		.xxfi_header = on_header,
		.xxfi_eoh = on_event,
		.xxfi_body = on_body,
		.xxfi_eom = on_end_of_message,
		.xxfi_negotiate = on_negotiation,
	};

	if (argc != 2) {
		fprintf(stderr, "usage: null_milter SOCKET\n");
		return 64;
	}
	umask(0);	/* whoever runs Postfix may connect */
	if (smfi_register(filter) != MI_SUCCESS || smfi_setconn(argv[1]) != MI_SUCCESS ||
	    smfi_opensocket(1) != MI_SUCCESS)
		return 1;
	return smfi_main() == MI_SUCCESS ? 0 : 1;
}
