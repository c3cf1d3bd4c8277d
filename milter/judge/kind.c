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
	[REFERENCE_IMAGE] = { SHOWS_PICTURE, TYPE_IMAGE, "picture", PICTURE },
	[REFERENCE_BACKGROUND] = { SHOWS_PICTURE, TYPE_IMAGE, "background", PICTURE },
	[REFERENCE_STYLESHEET] = { SHOWS_LOOK, TYPE_STYLESHEET, "style sheet", LOOK },
	[REFERENCE_IMPORT] = { SHOWS_LOOK, TYPE_STYLESHEET, "style sheet", LOOK },
	[REFERENCE_FONT] = { SHOWS_LOOK, TYPE_FONT, "font", LOOK },
	[REFERENCE_CSS] = { SHOWS_PICTURE, TYPE_IMAGE, "picture", PICTURE },
	[REFERENCE_HINT] = { SHOWS_LOOK, TYPE_OTHER, "hint", HINT },
	[REFERENCE_REFRESH] = { SHOWS_NOTHING, TYPE_SUBDOCUMENT, "refresh", NOTHING },
	[REFERENCE_FRAME] = { SHOWS_CONTENT, TYPE_SUBDOCUMENT, "frame", CONTENT },
	[REFERENCE_MEDIA] = { SHOWS_CONTENT, TYPE_MEDIA, "medium", CONTENT },
	[REFERENCE_PLUGIN] = { SHOWS_CONTENT, TYPE_OBJECT, "object", CONTENT },
	[REFERENCE_SCRIPT] = { SHOWS_NOTHING, TYPE_SCRIPT, "script", NOTHING },
	[REFERENCE_FORM] = { SHOWS_CONTENT, TYPE_LINK, "form", CLICK },
	[REFERENCE_LINK] = { SHOWS_CONTENT, TYPE_LINK, "link", CLICK },
	[REFERENCE_PING] = { SHOWS_NOTHING, TYPE_PING, "ping", CLICK },
	[REFERENCE_SVG] = { SHOWS_PICTURE, TYPE_IMAGE, "picture", PICTURE },
	[REFERENCE_XML] = { SHOWS_LOOK, TYPE_OTHER, "document type", LOOK },
	[REFERENCE_VML] = { SHOWS_PICTURE, TYPE_IMAGE, "picture", PICTURE },
	[REFERENCE_CALENDAR] = { SHOWS_CONTENT, TYPE_OTHER, "calendar entry", CONTENT },
	[REFERENCE_EXTERNAL_BODY] = { SHOWS_CONTENT, TYPE_OTHER, "external body", CONTENT },
	[REFERENCE_RECEIPT] = { SHOWS_ASKS, 0, "receipt", RECEIPT },
	[REFERENCE_HEADER] = { SHOWS_CONTENT, TYPE_OTHER, "header field", CONTENT },
	[REFERENCE_CRYPTO] = { SHOWS_ASKS, 0, "certificate", CRYPTO },
	[REFERENCE_DOCUMENT] = { SHOWS_ASKS, 0, "document", DOCUMENT },
};

const struct kind *
kind_of(const struct reference *reference)
{
	return &kinds[reference->kind < NITEMS(kinds) ? reference->kind : REFERENCE_LINK];
}
