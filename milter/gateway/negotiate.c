#include "negotiate.h"

/* Needed to neutralise, tag, hold, copy and redirect. */
#define CHANGES		(SMFIF_ADDHDRS | SMFIF_CHGHDRS | SMFIF_CHGBODY | SMFIF_QUARANTINE | SMFIF_ADDRCPT | SMFIF_DELRCPT)

/*
 * MAIL alone is answered: there clients are passed and overload is told. Nothing else before the end of the
 * message changes its fate, so the MTA need not wait for us: a third of the time. libmilter plays the answers
 * for an MTA that wants them.
 */
#define NO_REPLIES	(SMFIP_NR_CONN | SMFIP_NR_HELO | SMFIP_NR_RCPT | SMFIP_NR_DATA | SMFIP_NR_HDR | \
			SMFIP_NR_EOH | SMFIP_NR_BODY)

/* What we do not look at. The end of the header shows itself by what comes next. */
#define NOT_SENT	(SMFIP_NODATA | SMFIP_NOEOH | SMFIP_NOUNKNOWN)

/* At which step which macros are of use. */
static const struct {
	int		 step;
	const char	*macros;
} symbols[] = {
	{ SMFIM_CONNECT,	"{client_addr}" },	/* when the connection has no address of its own */
	{ SMFIM_HELO,		"" },
	{ SMFIM_ENVFROM,	"i {auth_authen}" },
	{ SMFIM_ENVRCPT,	"" },
	{ SMFIM_DATA,		"" },
	{ SMFIM_EOH,		"" },
	{ SMFIM_EOM,		"i" },			/* Postfix knows it no sooner for SMTP mail */
};

void
negotiate(SMFICTX *ctx, enum mode mode, unsigned long offered_actions, unsigned long offered_steps,
    unsigned long *actions, unsigned long *steps, struct negotiated *negotiated)
{
	*actions = mode == MODE_SHADOW ? 0 : CHANGES & offered_actions;
	*steps = (NO_REPLIES | NOT_SENT | SMFIP_HDR_LEADSPC) & offered_steps;
	negotiated->may_change = mode != MODE_SHADOW;
	negotiated->header_space = (*steps & SMFIP_HDR_LEADSPC) != 0;

	if ((offered_actions & SMFIF_SETSYMLIST) == 0)
		return;
	/* A failure leaves the MTA's own list: more words, no less knowledge. */
	for (size_t i = 0; i < NITEMS(symbols); i++)
		(void)smfi_setsymlist(ctx, symbols[i].step, (char *)symbols[i].macros);
}
