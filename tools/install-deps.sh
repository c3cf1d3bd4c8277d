#!/bin/sh
# Installs what pixelward needs from Debian and this machine lacks. Silent, and without apt, when nothing is missing.
# What Debian would not have beside Postfix is unpacked instead, into build/debian.
#
#	install-deps.sh [--list] [build] [demo] [test] [fuzz]	default: all groups
#
# --list prints the missing packages and installs nothing. Exit 0: nothing is missing (any more).
set -u
PATH=$PATH:/usr/sbin:/sbin
export PATH
unpacked=$(dirname "$0")/../build/debian

# group, package, how to see that it is there, what for
# cmd:NAME a command; pc:NAME a pkg-config module; header:FILE a C header; so:NAME a shared library; lib:FILE one of
# clang's runtime libraries; file:PATH a file of a package that is not installed, but unpacked
table() {
	cat <<-'ROWS'
	build gcc             cmd:cc                the C compiler
	build libc6-dev       header:stdio.h        the C library's headers
	build make            cmd:make              runs the build
	build pkg-config      cmd:pkg-config        finds the libraries below
	build libmilter-dev   header:libmilter/mfapi.h  the milter protocol, spoken with Postfix and Sendmail
	build libgumbo-dev    pc:gumbo              the HTML parser
	build libgmime-3.0-dev pc:gmime-3.0         words, charsets and encodings of mail
	build libidn2-dev     pc:libidn2            international domain names
	build libpsl-dev      pc:libpsl             the Public Suffix List
	build libseccomp-dev  pc:libseccomp         the sandbox around the parsers
	build libyaml-dev     pc:yaml-0.1           the form of rule files
	build libpcre2-dev    pc:libpcre2-8         regular expressions of lists and rules
	build libglib2.0-dev  pc:glib-2.0           hashes (and GMime's base)
	build libhiredis-dev  pc:hiredis            speaks with Redis
	demo  python3         cmd:python3           the demo, and tests from outside
	demo  postfix         cmd:postconf          private copies of it for the demo and the tests; no system service is started
	test  libcmocka-dev   pc:cmocka             unit tests
	test  opendkim        cmd:opendkim          a verifier for pixelward to stand behind; no system service is started
	test  openssl         cmd:openssl           keys for it to sign with
	demo  redis-tools     cmd:redis-check-rdb   Redis itself without its system service: private servers for demo and tests
	test  sendmail-bin    file:usr/libexec/sendmail/sendmail  Sendmail, in a folder of its own: nothing of it is installed
	test  sendmail-cf     file:usr/share/sendmail/cf/m4/cf.m4  its configuration, likewise
	test  m4              cmd:m4                writes that
	test  libwrap0        so:libwrap.so.0       Sendmail's library
	test  libldap-2.5-0   so:libldap-2.5.so.0   Sendmail's library
	test  stunnel4        cmd:stunnel4          TLS around Redis; no system service is started
	test  systemd         cmd:systemd-analyze   judges the unit; nothing of it is started
	test  chromium        cmd:chromium          shows delivered mails, to see that nothing is fetched
	fuzz  clang           cmd:clang             the compiler that has libFuzzer
	fuzz  libclang-rt-dev lib:libclang_rt.fuzzer  libFuzzer and the sanitizers for clang
	ROWS
}

present() {
	case $1 in
	cmd:*)		command -v "${1#cmd:}" >/dev/null 2>&1 ;;
	pc:*)		pkg-config --exists "${1#pc:}" 2>/dev/null ;;
	header:*)	for dir in /usr/include /usr/local/include /usr/include/*-linux-gnu*; do
				test -e "$dir/${1#header:}" && return 0
			done
			return 1 ;;
	so:*)		ldconfig -p | grep -q "^[[:space:]]${1#so:} " ;;
	file:*)		test -e "/${1#file:}" || test -e "$unpacked/${1#file:}" ;;
	lib:*)		command -v clang >/dev/null 2>&1 &&
			    ls "$(clang -print-resource-dir)"/lib/*/"${1#lib:}"* >/dev/null 2>&1 ;;
	esac
}

say() {
	printf '%s\n' "$*" >&2
}

list_only=no
groups=
for argument; do
	case $argument in
	--list)			list_only=yes ;;
	build | demo | test | fuzz) groups="$groups $argument" ;;
	*)			say "usage: $0 [--list] [build] [demo] [test] [fuzz]"; exit 64 ;;
	esac
done
groups=${groups:-build demo test fuzz}

missing=
loose=
reasons=
while read -r group package probe why; do
	case " $groups " in *" $group "*) ;; *) continue ;; esac
	if ! present "$probe"; then
		case $probe in
		file:*)	loose="$loose $package" ;;
		*)	missing="$missing $package" ;;
		esac
		reasons="$reasons$(printf '  %-18s %s' "$package" "$why")
"
	fi
done <<ROWS
$(table)
ROWS

test -n "$missing$loose" || exit 0
if test $list_only = yes; then
	for package in $missing $loose; do echo "$package"; done
	exit 1
fi

say "pixelward: missing on this machine:"
printf '%s' "$reasons" >&2
if ! command -v apt-get >/dev/null 2>&1; then
	say "This is no Debian: install the same with your system's packages (the names above are Debian's), then run this again."
	exit 1
fi

as_root() {
	if test "$(id -u)" -eq 0; then "$@"; else sudo "$@"; fi
}

apt() {
	as_root env DEBIAN_FRONTEND=noninteractive apt-get -q -o Dpkg::Use-Pty=0 -o DPkg::Lock::Timeout=120 "$@" </dev/null
}

log=$(mktemp) || exit 1
# A service must not start merely because a test wants its program: the usual way to say so, unless somebody already did.
policy=/usr/sbin/policy-rc.d
own_policy=no
cleanup() {
	test $own_policy = no || as_root rm -f $policy
	rm -f "$log"
}
trap cleanup EXIT
trap 'exit 130' INT TERM HUP

failed() {
	cat "$log" >&2
	say "pixelward: $1"
	exit 1
}

install_missing() {
	say "pixelward: installing from Debian (apt-get install$missing)"
	if test "$(id -u)" -ne 0; then
		if ! command -v sudo >/dev/null 2>&1; then
			say "That needs root and there is no sudo; as root, run:"
			say "  apt-get install --no-install-recommends$missing"
			exit 1
		fi
		say "That needs root: asking sudo."
	fi
	apt update >"$log" 2>&1 || failed "apt-get update failed (above)"
	# Debian lets one mail server replace another. That is the administrator's decision, not ours.
	# shellcheck disable=SC2086
	removed=$(apt install --no-install-recommends --simulate $missing 2>"$log" | sed -n 's/^Remv \([^ ]*\).*/\1/p')
	if test -n "$removed"; then
		say "pixelward: installing these would remove: $(echo "$removed" | tr '\n' ' ')"
		say "Nothing was installed. If that is what you want: apt-get install --no-install-recommends$missing"
		exit 1
	fi
	case " $missing " in
	*" postfix "*)
		# No main.cf, hence nothing that could start at the next boot either. Tests bring their own configuration.
		echo "postfix postfix/main_mailer_type select No configuration" | as_root debconf-set-selections ;;
	esac
	if test ! -e $policy; then
		own_policy=yes
		printf '#!/bin/sh\nexit 101\n' | as_root tee $policy >/dev/null && as_root chmod 755 $policy
	fi
	# shellcheck disable=SC2086
	apt install --yes --no-install-recommends --no-remove $missing >"$log" 2>&1 || failed "apt-get install failed (above)"
}

unpack_loose() {
	say "pixelward: unpacking from Debian into build/debian:$loose"
	mkdir -p "$unpacked" || exit 1
	# shellcheck disable=SC2086
	{ get $loose || { apt update && get $loose; }; } >"$log" 2>&1 || failed "apt-get download failed (above)"
	for package in "$unpacked"/*.deb; do
		dpkg -x "$package" "$unpacked" >"$log" 2>&1 || failed "dpkg -x $package failed (above)"
		rm "$package"
	done
	find "$unpacked" -type f -perm /6000 -exec chmod ug-s {} +
}

get() {
	(cd "$unpacked" && apt-get -q download "$@" </dev/null)
}

test -z "$missing" || install_missing
test -z "$loose" || unpack_loose
for group in $groups; do
	"$0" --list "$group" >/dev/null || failed "still missing after the installation: $("$0" --list "$group" | tr '\n' ' ')"
done
say "pixelward: installed."
