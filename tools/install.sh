#!/bin/sh
# install.sh install|uninstall BUILD DESTDIR PREFIX SYSCONFDIR PROGRAM…	called by make
# The configuration belongs to the administrator: it is laid down once, never overwritten, never removed.
set -eu

what=$1 build=$2 prefix=$3$4 config=$3$5/pixelward sbindir=$4/sbin docdir=$4/share/doc/pixelward sysconfdir=$5
shift 5
share=$prefix/share

folder_of() {
	case $1 in
	pixelward | pixelward-*) echo "$prefix/sbin" ;;	# daemons and what only the administrator runs
	*) echo "$prefix/bin" ;;
	esac
}

# systemd's three kinds of files lie in three folders; NAME.sysusers is sysusers.d/NAME.conf there. Drop-ins are examples.
place_of() {
	name=${1##*/}
	case $name in
	*.conf) echo "$share/doc/pixelward/examples/$name" ;;
	*.sysusers | *.tmpfiles) echo "$prefix/lib/${name##*.}.d/${name%.*}.conf" ;;
	*) echo "$prefix/lib/systemd/system/$name" ;;
	esac
}

case $what in
install)
	for program; do
		install -D -m 755 "$build/$program" "$(folder_of "$program")/$program"
	done
	find rules -type f | while read -r file; do
		install -D -m 644 "$file" "$share/pixelward/$file"
	done
	for file in README.md CHANGES.md LICENSE docs/*.md; do
		install -D -m 644 "$file" "$share/doc/pixelward/${file#docs/}"
	done
	for page in docs/man/*.[1-8]; do
		test ! -e "$page" || install -D -m 644 "$page" "$share/man/man${page##*.}/${page##*/}"
	done
	for file in conf/*.conf; do
		install -D -m 644 "$file" "$share/doc/pixelward/examples/${file##*/}"
		test "$file" = conf/pixelward.conf || continue	# the others are for other daemons
		if test -e "$config/${file##*/}"; then
			echo "kept: $config/${file##*/}"
		else
			install -D -m 644 "$file" "$config/${file##*/}"
		fi
	done
	for file in systemd/*; do
		place=$(place_of "$file")
		install -d "${place%/*}"
		sed "s|@sbindir@|$sbindir|g; s|@sysconfdir@|$sysconfdir|g; s|@docdir@|$docdir|g" "$file" >"$place"
		chmod 644 "$place"
	done ;;
uninstall)
	for program; do
		rm -f "$(folder_of "$program")/$program"
	done
	rm -rf "$share/pixelward" "$share/doc/pixelward"
	for page in docs/man/*.[1-8]; do
		rm -f "$share/man/man${page##*.}/${page##*/}"
	done
	for file in systemd/*; do
		rm -f "$(place_of "$file")"
	done
	test ! -d "$config" || echo "kept: $config" ;;
esac
