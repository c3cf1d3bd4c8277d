#!/bin/bash
# Called by make fuzz, which says what is linked. run.sh SECONDS [TARGET…]: each tests/fuzz/fuzz_*.c for that long, under clang's libFuzzer with the address and
# undefined-behaviour sanitizers. run.sh mutants=COUNT [TARGET…]: the kept inputs, and that many made of them by a fixed
# seed: what one run says of a change, the next one says, too. Starts from tests/fuzz/corpus/TARGET, and tests/mails where the input is a mail; what it
# finds on the way stays in build/fuzz/corpus. A crash leaves its input in build/fuzz/crashes, and the exit status is 1.
# To keep what a long run found: build/fuzz/TARGET -merge=1 -use_counters=0 tests/fuzz/corpus/TARGET build/fuzz/corpus/TARGET
set -euo pipefail
cd "$(dirname "$0")/../.."

: "${FUZZ_MODULES:?make fuzz says what is linked}" "${FUZZ_LIBS:?}"
long=${1:?usage: run.sh SECONDS|mutants=COUNT [TARGET...]}
shift
out=build/fuzz
clang=${FUZZ_CC:-clang}

targets=("$@")
if [ ${#targets[@]} -eq 0 ]; then
	for file in tests/fuzz/fuzz_*.c; do
		[ -e "$file" ] && targets+=("$(basename "$file" .c)")
	done
fi
if [ ${#targets[@]} -eq 0 ]; then
	echo "fuzz: there is no tests/fuzz/fuzz_*.c" >&2
	exit 1
fi

echo "fuzz: compiling with $clang"
mkdir -p $out
# clang has no use for some of gcc's switches; its warnings are not what is tested here.
env -u SANITIZER make -s -j2 BUILD=$out CC="$clang" WERROR= HARDENING=-fPIE INSTALL_DEPS=no \
	SANITIZER=fuzzer-no-link,address,undefined "CFLAGS=-O1 -g -DPIXELWARD_FUZZING" $out/libpixelward.a >$out/make.log 2>&1 ||
	{ cat $out/make.log; exit 1; }

compile() {
	# shellcheck disable=SC2046,SC2086
	"$clang" -std=c17 -D_GNU_SOURCE -O1 -g -fsanitize=fuzzer,address,undefined -fno-sanitize-recover=undefined \
		-Iinclude -Imilter -Itests $(pkg-config --cflags $FUZZ_MODULES) -o "$out/$1" "tests/fuzz/$1.c" \
		$out/libpixelward.a $FUZZ_LIBS
}

# What a target starts from beside its own corpus.
seeds_of() {
	case $1 in
	fuzz_pipeline | fuzz_structure | fuzz_skeleton) echo tests/mails ;;
	fuzz_config) echo conf ;;
	esac
}

status=0
for target in "${targets[@]}"; do
	compile "$target"
	mkdir -p "$out/corpus/$target" "$out/crashes"
	mapfile -t seeds < <(seeds_of "$target")
	[ -d "tests/fuzz/corpus/$target" ] && seeds+=("tests/fuzz/corpus/$target")
	dictionary=()
	[ -e "tests/fuzz/$target.dict" ] && dictionary=("-dict=tests/fuzz/$target.dict")
	corpus=$out/corpus/$target
	if [[ $long == mutants=* ]]; then
		corpus=$(mktemp -d "$out/corpus/once.XXXXXX")
		kept=$(find "${seeds[@]}" -type f | wc -l)
		bound=(-runs=$((kept + ${long#mutants=})) -seed=1)
		echo "fuzz: $target: $kept inputs, ${long#mutants=} mutants"
	else
		bound=(-max_total_time="$long")
		echo "fuzz: $target for $long s"
	fi
	if "$out/$target" "${bound[@]}" -timeout=25 -rss_limit_mb=2048 -max_len=16384 -print_final_stats=1 \
		"${dictionary[@]}" -artifact_prefix="$out/crashes/$target-" "$corpus" "${seeds[@]}" \
		>"$out/$target.log" 2>&1; then
		sed -n 's/^stat::number_of_executed_units: */fuzz: '"$target"': executions: /p' "$out/$target.log"
	else
		tail -60 "$out/$target.log"
		found=$(find "$out/crashes" -name "$target-*" -newer "$out/$target" | tail -1)
		echo "fuzz: $target FAILED; its input: $found"
		[ -z "$found" ] || head -c 3000 "$found" | base64 -w0
		echo
		status=1
	fi
	[ "$corpus" = "$out/corpus/$target" ] || rm -r "$corpus"
done
exit $status
