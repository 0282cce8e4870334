# shellcheck shell=bash
# What an executable is made of, for scripts/release: the Swift packages inside it, and the libraries it is linked with. The image tells the
# same of itself: scripts/image.d/collect writes what is inside its executable, scripts/image.d/assemble from where its libraries are.

# materials EXECUTABLE: a JSON array of {kind, name, version, purl, source, licence (a file), expression (SPDX)} on stdout.
materials() { { compiled_in && linked_packages "$1"; } | with_licences; }

# materials_of_image FOLDER: the same of an image, of the files that are in it.
materials_of_image() { { compiled_into_image "$1" && packages_of_image "$1"; } | with_licences "$1"; }

# materials_in_image FOLDER: the same of the executable in an image.
materials_in_image() { { compiled_into_image "$1" && packages_of_image "$1" '/lib[^/]*[.]so'; } | with_licences "$1"; }

# compiled_into_image FOLDER: what is inside its executable, a line of JSON each.
compiled_into_image() {
  jq -c '.[]' "$1/$documents_of_image/materials.json" || die "the image does not tell what is inside its executable; make it with scripts/image"
}

# Where the image says what is inside its executable, and has its licences.
documents_of_image=usr/share/doc/agentrun-admission

# compiled_in: what is inside the executable, a line of JSON each.
compiled_in() {
  # Of a package in Package.resolved the code is in the executable, if a module of it is reached by one of ours.
  jq -c '.pins[] | {
    kind: "swift", name: .identity, version: .state.version, revision: .state.revision, source: .location,
    purl: ("pkg:swift/" + (.location | sub("^https://"; "") | sub("\\.git$"; "")) + "@" + .state.version)
  }' Package.resolved
  jq -nc --arg version "$(swift --version 2>/dev/null | sed -nE 's/.*Swift version ([0-9.]+).*/\1/p' | head -n 1)" '{
    kind: "toolchain", name: "swift-runtime", version: $version, source: "https://github.com/swiftlang/swift",
    purl: ("pkg:github/swiftlang/swift@swift-" + $version + "-RELEASE")
  }'
}

# with_licences [FOLDER]: the lines of stdin as an array, each with its licence, which is looked for in the image unpacked in FOLDER, if any.
with_licences() {
  while IFS= read -r material; do
    local licence
    licence=$(licence_of "$material" "${1-}")
    jq -c --arg licence "$licence" --arg expression "$(expression_of "$licence")" '. + {licence: $licence, expression: $expression}' \
      <<<"$material"
  done | jq -s 'unique_by(.purl)'
}

# unpack_image ARCHIVE FOLDER: the files of an image's archive as `docker save` writes it, layer over layer.
unpack_image() {
  local layer file
  file=$(mktemp)
  tar --extract --to-stdout --file "$1" manifest.json | jq -r '.[0].Layers[]' | while IFS= read -r layer; do
    # By a file, of which tar sees how it is compressed, if it is: that depends on where docker keeps its images.
    tar --extract --to-stdout --file "$1" "$layer" >"$file"
    tar --extract --no-same-owner --file "$file" --directory "$2"
  done
  rm -f "$file"
}

# packages_of_image FOLDER [PATTERN]: the Debian packages that the files of an image are from, as scanners see them, a line of JSON each;
# of those alone that have a file whose path matches.
packages_of_image() {
  local record
  for record in "$1"/var/lib/dpkg/status.d/*; do
    [[ $record != *.md5sums ]] || continue
    [[ -z ${2-} ]] || grep --quiet --extended-regexp -- "$2" "$record.md5sums" || continue
    awk -F ': ' '$1 == "Package" { name = $2 } $1 == "Version" { version = $2 } $1 == "Architecture" { architecture = $2 }
      END { print name "\t" version "\t" architecture }' "$record"
  done | described_packages
}

# linked_packages EXECUTABLE: the Debian packages of the libraries the loader finds for it, a line of JSON each.
linked_packages() {
  local library package
  command -v dpkg-query >/dev/null || return 0
  ldd "$1" | awk '$2 == "=>" && $3 ~ /^\// { print $3 }' | while IFS= read -r library; do
    # Where /lib is a link into /usr, dpkg knows one of the two.
    package=$(dpkg-query --search "$library" "$(readlink -f "$library")" "/usr$library" 2>/dev/null | head -n 1 | cut -d : -f 1) || true
    [[ $package ]] || { say "No package owns $library: it is not in the bill of materials."; continue; }
    # shellcheck disable=SC2016 # fields of dpkg-query
    dpkg-query --show --showformat '${Package}\t${Version}\t${Architecture}\n' "$package"
  done | described_packages
}

# described_packages: lines of name, version and architecture with tabs in between, each as JSON.
described_packages() {
  sort -u | jq -Rc 'split("\t") | {
    kind: "deb", name: .[0], version: .[1], source: ("https://packages.debian.org/" + .[0]),
    purl: ("pkg:deb/debian/" + .[0] + "@" + (.[1] | @uri) + "?arch=" + .[2])
  }'
}

# expression_of FILE: the SPDX expression of a licence text; nothing of one that is not known by its own words.
expression_of() {
  [[ $1 ]] && grep --quiet 'Apache License' "$1" && grep --quiet 'Version 2.0, January 2004' "$1" || return 0
  if grep --quiet '^## Runtime Library Exception' "$1"; then
    printf 'Apache-2.0 WITH Swift-exception'
  else
    printf 'Apache-2.0'
  fi
}

# licence_of MATERIAL [FOLDER]: the file its licence is in; nothing where there is none. Of an image in FOLDER, or of this machine.
licence_of() {
  local kind name file
  read -r kind name < <(jq -r '"\(.kind) \(.name)"' <<<"$1")
  case ${2:+image-}$kind in
    image-swift | image-toolchain)
      file=$2/$documents_of_image/licences/$name.txt
      [[ ! -f $file ]] || printf '%s' "$file"
      ;;
    swift)
      # The tests of a release are also run where nothing but a build for a sanitizer has fetched the packages.
      for file in .build{,-thread,-address}/checkouts/"$name"/LICENSE{.txt,.md,}; do [[ ! -f $file ]] || { printf '%s' "$file"; return; }; done
      ;;
    toolchain)
      file=$(dirname "$(readlink -f "$(command -v swift)")")/../share/swift/LICENSE.txt
      [[ ! -f $file ]] || printf '%s' "$file"
      ;;
    deb | image-deb)
      file=${2-}/usr/share/doc/$name/copyright
      [[ ! -f $file ]] || printf '%s' "$file"
      ;;
  esac
}

# copy_licences MATERIALS FOLDER: each licence text under the name of what it is of, with the notices beside it.
copy_licences() {
  local name file
  mkdir -p "$2"
  jq -r '.[] | select(.licence != "") | "\(.name)\t\(.licence)"' "$1" | while IFS=$'\t' read -r name file; do
    cp "$file" "$2/$name.txt"
    for file in "${file%/*}"/NOTICE{.txt,.md,} "${file%.txt}-notice.txt"; do [[ ! -f $file ]] || cp "$file" "$2/$name-notice.txt"; done
  done
  jq -r '.[] | select(.licence == "") | .name' "$1" | while IFS= read -r name; do say "No licence text of $name was found."; done
}
