# shellcheck shell=bash
# Profiles of scripts/build.d, by which scripts/build lays out the executable: packed by scripts/profile-reviews. Sourced by both.

# Profiles as llvm-bolt reads them repeat two mangled names on each line, 1.5 MB. Packed, a line of a function's name starts a
# function and gives it the next number, from 1; the lines after it, indented, are the jumps and calls from it: offset in it,
# number of the function reached and offset in that (both in hexadecimal, but for the number), how often, in thousandths of a
# review. Functions only reached have no such lines.

# pack_profile REVIEWS LEAST: llvm-bolt's counts of so many reviews on stdin, packed to stdout; without what happened less often
# than LEAST times a review.
pack_profile() {
  awk -v reviews="$1" -v least="$2" '
    $1 == 1 && $4 == 1 && $NF >= reviews * least {
      for (i = 2; i <= 5; i += 3) if (!($i in number)) { name[++names] = $i; number[$i] = names }
      from = number[$2]
      lines[from] = lines[from] sprintf(" %s %d %s %d\n", $3, number[$5], $6, $NF * 1000 / reviews + 0.5)
    }
    END { for (i = 1; i <= names; i++) printf "%s\n%s", name[i], lines[i] }'
}

# unpack_profile FILE: the counts for llvm-bolt, on stdout.
unpack_profile() {
  awk '
    FNR == NR { if (!/^ /) name[++names] = $1; next }
    !/^ / { from++; next }
    { print 1, name[from], $1, 1, name[$2], $3, 0, $4 }' "$1" "$1"
}
