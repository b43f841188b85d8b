// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <compare>
#include <string_view>

// The one place of the version: CMake, packages, `troupe --version` and what peers are told read it
// here.
#define TROUPE_VERSION_MAJOR 0
#define TROUPE_VERSION_MINOR 1
#define TROUPE_VERSION_PATCH 0

/// For the preprocessor: `#if TROUPE_VERSION >= TROUPE_MAKE_VERSION(0, 2, 0)`.
#define TROUPE_MAKE_VERSION(major, minor, patch) ((major) * 1000000 + (minor) * 1000 + (patch))
#define TROUPE_VERSION                                                                             \
  TROUPE_MAKE_VERSION(TROUPE_VERSION_MAJOR, TROUPE_VERSION_MINOR, TROUPE_VERSION_PATCH)

#define TROUPE_DETAIL_TEXT(token) #token
#define TROUPE_DETAIL_DOTTED(major, minor, patch)                                                  \
  TROUPE_DETAIL_TEXT(major) "." TROUPE_DETAIL_TEXT(minor) "." TROUPE_DETAIL_TEXT(patch)
/// The version as text: "0.1.0".
#define TROUPE_VERSION_TEXT                                                                        \
  TROUPE_DETAIL_DOTTED(TROUPE_VERSION_MAJOR, TROUPE_VERSION_MINOR, TROUPE_VERSION_PATCH)

namespace troupe {

/// A version by the rules of semantic versioning; what may change in which is said in
/// `docs/stability.md`.
struct version_number {
  int major = 0; ///< sources may break
  int minor = 0; ///< something is new; before 1.0 sources may break
  int patch = 0; ///< something is mended
  friend constexpr auto operator<=>(const version_number&, const version_number&) = default;
};

/// Of these headers.
inline constexpr version_number header_version{
    TROUPE_VERSION_MAJOR, TROUPE_VERSION_MINOR, TROUPE_VERSION_PATCH};
inline constexpr std::string_view version_text = TROUPE_VERSION_TEXT; ///< `MAJOR.MINOR.PATCH`

/// The release of the Temporal API that is spoken: messages, fields and calls that came later are
/// unknown here.
inline constexpr std::string_view temporal_api_version = "1.63";

/// The release of the real server that the embedded service behaves like, and that it names to
/// clients, which choose their ways by it.
inline constexpr std::string_view temporal_server_version = "1.31.2";

/// Of the libraries that are linked. Another one than `header_version` means headers and archives
/// of two installations.
[[nodiscard]] version_number linked_version() noexcept;

} // namespace troupe
