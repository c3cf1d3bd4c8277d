/* What the basic URL parser finds in its text, before it is one URL. */
#ifndef DISSECT_URL_PIECES_H
#define DISSECT_URL_PIECES_H

#include "url/text.h"
#include "url/url.h"

/* Raw text is still to be encoded; text of the base is serialised already. */
struct url_pieces {
	struct span	 scheme;
	bool		 special, file, opaque_path;
	bool		 has_host;
	struct span	 userinfo, host;	/* userinfo is raw, host serialised */
	uint32_t	 port;
	struct span	 base_authority;	/* with its "//"; instead of the three above */
	struct span	 base_path;
	bool		 has_path;		/* path runs through the path state, behind base_path */
	struct span	 path;			/* raw */
	bool		 has_query, has_fragment;
	struct span	 base_query;		/* instead of query */
	struct span	 query, fragment;	/* raw */
};

static inline bool
url_pieces_slash(const struct url_pieces *found, char c)
{
	return c == '/' || (found->special && c == '\\');
}

/* Two characters: a Windows drive letter. */
static inline bool
url_is_drive(struct span s)
{
	return s.len == 2 && ascii_alpha(s.at[0]) && (s.at[1] == ':' || s.at[1] == '|');
}

/* A serialised path begins with a "/" and a normalised drive letter as its first segment. */
bool		url_path_has_drive(struct span path);
/* Without its last segment; a lone drive letter of a file stays. (URL, "shorten") */
struct span	url_path_shorten(struct span path, bool file);

/* Write the URL, base's pieces included, and fill url. out has room for all, or it overflows. */
void		url_pieces_write(const struct url_pieces *, const struct url *base, struct url_out *, struct url *);

#endif
