/* What a client renders of a leaf, by its media type, its file name, or what it looks like. */
#ifndef DISSECT_MAIL_MEDIA_H
#define DISSECT_MAIL_MEDIA_H

#include <pixelward/dissection.h>

enum media {
	MEDIA_OPAQUE,		/* shown by no mail client as a document with references */
	MEDIA_DOCUMENT,		/* document_kind says which */
	MEDIA_MULTIPART,
	MEDIA_MESSAGE,
	MEDIA_REPORT,		/* fields about a message; a message if it holds more than fields */
	MEDIA_UNKNOWN,		/* no media type, or one that makes clients look at the name and the content */
};

enum media	media_of_type(struct span type, enum document_kind *);
/* The type that says what kind of document it is. */
struct span	media_type_of_kind(enum document_kind);
/* RFC 2045, 5.1: token "/" token. */
bool		media_is_type(struct span type);
/* By the ending of a file name: true if it is opened as a document. */
bool		media_of_name(struct span name, enum document_kind *);
/* A whole message in a file. */
bool		media_is_message_name(struct span name);
/* WHATWG MIME Sniffing, 7.1: does the content begin like an HTML or SVG document? */
bool		media_sniff(struct span content, enum document_kind *);
/* Blocks of fields and nothing else, and none of them says what content there is. */
bool		media_is_report(struct span content);

#endif
