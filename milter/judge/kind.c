#include "kind.h"

#define TEXT(literal)	{ literal, sizeof(literal) - 1 }
#define PICTURE		TEXT("a visible picture without a personal token")
#define CONTENT		TEXT("visible content without a personal token")
#define LOOK		TEXT("it shapes the text's look and carries no personal token")
#define HINT		TEXT("a hint without a personal token")
#define NOTHING		TEXT("nothing speaks against it")
#define CLICK		TEXT("a link is followed only on a click")
#define RECEIPT		TEXT("a receipt is sent only if the reader's program agrees; noted only")
#define CRYPTO		TEXT("part of a signature or a key; noted only")
#define DOCUMENT	TEXT("inside a document for another program; noted only")

static const struct kind kinds[] = {
	[REFERENCE_IMAGE] = { SHOWS_PICTURE, "picture", PICTURE },
	[REFERENCE_BACKGROUND] = { SHOWS_PICTURE, "background", PICTURE },
	[REFERENCE_STYLESHEET] = { SHOWS_LOOK, "style sheet", LOOK },
	[REFERENCE_IMPORT] = { SHOWS_LOOK, "style sheet", LOOK },
	[REFERENCE_FONT] = { SHOWS_LOOK, "font", LOOK },
	[REFERENCE_CSS] = { SHOWS_PICTURE, "picture", PICTURE },
	[REFERENCE_HINT] = { SHOWS_LOOK, "hint", HINT },
	[REFERENCE_REFRESH] = { SHOWS_NOTHING, "refresh", NOTHING },
	[REFERENCE_FRAME] = { SHOWS_CONTENT, "frame", CONTENT },
	[REFERENCE_MEDIA] = { SHOWS_CONTENT, "medium", CONTENT },
	[REFERENCE_PLUGIN] = { SHOWS_CONTENT, "object", CONTENT },
	[REFERENCE_SCRIPT] = { SHOWS_NOTHING, "script", NOTHING },
	[REFERENCE_FORM] = { SHOWS_CONTENT, "form", CLICK },
	[REFERENCE_LINK] = { SHOWS_CONTENT, "link", CLICK },
	[REFERENCE_PING] = { SHOWS_NOTHING, "ping", CLICK },
	[REFERENCE_SVG] = { SHOWS_PICTURE, "picture", PICTURE },
	[REFERENCE_XML] = { SHOWS_LOOK, "document type", LOOK },
	[REFERENCE_VML] = { SHOWS_PICTURE, "picture", PICTURE },
	[REFERENCE_CALENDAR] = { SHOWS_CONTENT, "calendar entry", CONTENT },
	[REFERENCE_EXTERNAL_BODY] = { SHOWS_CONTENT, "external body", CONTENT },
	[REFERENCE_RECEIPT] = { SHOWS_ASKS, "receipt", RECEIPT },
	[REFERENCE_HEADER] = { SHOWS_CONTENT, "header field", CONTENT },
	[REFERENCE_CRYPTO] = { SHOWS_ASKS, "certificate", CRYPTO },
	[REFERENCE_DOCUMENT] = { SHOWS_ASKS, "document", DOCUMENT },
};

const struct kind *
kind_of(const struct reference *reference)
{
	return &kinds[reference->kind < NITEMS(kinds) ? reference->kind : REFERENCE_LINK];
}
