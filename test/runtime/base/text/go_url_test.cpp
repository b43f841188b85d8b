// SPDX-License-Identifier: Apache-2.0
#include "runtime/base/text/go_url.hpp"

#include <boost/test/unit_test.hpp>

#include <array>

namespace {

struct row {
  std::string_view url;
  std::string_view told; ///< what is wrong with it, or how it is put together again
};

/// As the real server 1.31.2 told of callbacks to these.
constexpr std::array rows = std::to_array<row>({
    {std::string_view{"http://a\000b/", 11},
     "parse \"http://a\\x00b/\": net/url: invalid control character in URL"},
    {std::string_view{"http://a/\000", 10},
     "parse \"http://a/\\x00\": net/url: invalid control character in URL"},
    {"http://a/\n", "parse \"http://a/\\n\": net/url: invalid control character in URL"},
    {"http://a b/", "parse \"http://a b/\": invalid character \" \" in host name"},
    {"http://a/ b", "http://a/%20b"},
    {"http://a:x/", "parse \"http://a:x/\": invalid port \":x\" after host"},
    {"http://a:99999/", "http://a:99999/"},
    {"http://[::1", "parse \"http://[::1\": missing ']' in host"},
    {"http://[::1]:80/", "http://[::1]:80/"},
    {"http://[zz]/", "parse \"http://[zz]/\": invalid host: ParseAddr(\"zz\"): unable to parse IP"},
    {"http://a/%zz", "parse \"http://a/%zz\": invalid URL escape \"%zz\""},
    {"http://%zz/", "parse \"http://%zz/\": invalid URL escape \"%zz\""},
    {"http://a%20b/", "parse \"http://a%20b/\": invalid URL escape \"%20\""},
    {"HTTP://a/", "http://a/"},
    {"https://a", "https://a"},
    {"ftp://a/", "ftp://a/"},
    {"a", "a"},
    {"://a", "parse \"://a\": missing protocol scheme"},
    {"1http://a", "parse \"1http://a\": first path segment in URL cannot contain colon"},
    {"http://a/\u00e9", "http://a/%C3%A9"},
    {"http://\u00e9/", "http://%C3%A9/"},
    {"http://a?b=%zz", "http://a?b=%zz"},
    {"http://a#%zz", "parse \"http://a#%zz\": invalid URL escape \"%zz\""},
    {"http://user:pa ss@a/", "parse \"http://user:pa ss@a/\": net/url: invalid userinfo"},
    {"http://user@a/", "http://user@a/"},
    {"http://a/\177", "parse \"http://a/\\x7f\": net/url: invalid control character in URL"},
    {"http://a\\b/", "parse \"http://a\\\\b/\": invalid character \"\\\\\" in host name"},
    {"http://a/\"<>", "http://a/%22%3C%3E"},
    {"http://a:/", "http://a:/"},
    {"http://:80/", "http://:80/"},
    {"http://a/?\n", "parse \"http://a/?\\n\": net/url: invalid control character in URL"},
    {"http://a^b/", "parse \"http://a^b/\": invalid character \"^\" in host name"},
    {"http://a`b/", "parse \"http://a`b/\": invalid character \"`\" in host name"},
    {"http://[::1%25en0]/", "http://[::1%25en0]/"},
    {"http://[fe80::1%en0]/", "parse \"http://[fe80::1%en0]/\": invalid URL escape \"%en\""},
    {"ht tp://a", "parse \"ht tp://a\": first path segment in URL cannot contain colon"},
    {"http://a/\t", "parse \"http://a/\\t\": net/url: invalid control character in URL"},
    {"mailto:x", "mailto:x"},
    {"http://a[::1]/", "parse \"http://a[::1]/\": invalid IP-literal"},
    {"http://[::1]x/", "parse \"http://[::1]x/\": invalid port \"x\" after host"},
    {"http://a@b@c/", "http://a%40b@c/"},
    {"http://us%zzer@a/", "parse \"http://us%zzer@a/\": invalid URL escape \"%zz\""},
    {"http://us:%zz@a/", "parse \"http://us:%zz@a/\": invalid URL escape \"%zz\""},
    {"http://us%41er:p%20w@a/", "http://usAer:p%20w@a/"},
    {"http://[1.2.3.4]/", "parse \"http://[1.2.3.4]/\": invalid IP-literal"},
    {"http://[::1%25]/",
     "parse \"http://[::1%25]/\": invalid host: ParseAddr(\"::1%\"): zone must be a non-empty "
     "string"},
    {"http://[::1%25 a]/", "parse \"http://[::1%25 a]/\": invalid character \" \" in host name"},
    {"http://[::1%25a<]/", "http://[::1%25a<]/"},
    {"http://[::1]:/", "http://[::1]:/"},
    {"http://[]/", "parse \"http://[]/\": invalid host: ParseAddr(\"\"): unable to parse IP"},
    {"*", "*"},
    {"/x", "/x"},
    {"//host/x", "//host/x"},
    {"?x", "?x"},
    {"#f", "#f"},
    {"a b:c", "parse \"a b:c\": first path segment in URL cannot contain colon"},
    {"a/b:c", "a/b:c"},
    {"http://a/\u00e9?\u00e9#\u00e9", "http://a/%C3%A9?\u00e9#%C3%A9"},
    {"http://a/%41\u00e9", "http://a/A%C3%A9"},
    {"http://a/!*()", "http://a/!*()"},
    {"http://a/'x", "http://a/'x"},
    {"http://a/%", "parse \"http://a/%\": invalid URL escape \"%\""},
    {"http://a/%4", "parse \"http://a/%4\": invalid URL escape \"%4\""},
    {"http://a?", "http://a?"},
    {"http://a/b?x?y#z", "http://a/b?x?y#z"},
    {"http://\u00fcser@a", "parse \"http://\u00fcser@a\": net/url: invalid userinfo"},
    {"http://a:80:80/", "parse \"http://a:80:80/\": invalid port \":80:80\" after host"},
    {"http://a/%2f%2F/\u00e9", "http://a////%C3%A9"},
    {"http://a/%2f!", "http://a/%2f!"},
    {"http://a#\u00e9 b", "http://a#%C3%A9%20b"},
    {"http://a/[x]", "http://a/[x]"},
    {"http://a/;a,b", "http://a/;a,b"},
    {"https://x/\u2028\u200b", "https://x/%E2%80%A8%E2%80%8B"},
    {"http://a.\u00e9/", "http://a.%C3%A9/"},
    {"http://A/", "http://A/"},
    {"http://[::1]%41/", "parse \"http://[::1]%41/\": invalid port \"%41\" after host"},
    {"http://a%3Ab/", "parse \"http://a%3Ab/\": invalid URL escape \"%3A\""},
    {"http://%C3%A9/", "http://%C3%A9/"},
    {"http://%41/", "parse \"http://%41/\": invalid URL escape \"%41\""},
    {"http://a#", "http://a"},
    {"http://a/?#", "http://a/?"},
    {"http+x.y-z://a", "http+x.y-z://a"},
    {"-http://a", "parse \"-http://a\": first path segment in URL cannot contain colon"},
    {"http://user:@a/", "http://user:@a/"},
    {"http://:@a/", "http://:@a/"},
    {"http://@a/", "http://@a/"},
    {"http://a;b/", "http://a;b/"},
    {"http://a,b/", "http://a,b/"},
    {"http://[::ffff:1.2.3.4]/", "http://[::ffff:1.2.3.4]/"},
    {"http://a/\\", "http://a/%5C"},
    {"http://a/|^`{}~", "http://a/%7C%5E%60%7B%7D~"},
});

} // namespace

BOOST_AUTO_TEST_SUITE(go_url)

BOOST_AUTO_TEST_CASE(reads_urls_as_go_does) {
  for (const auto& [url, told] : rows) {
    const auto read = troupe::read_go_url(url);
    BOOST_TEST((read.problem.empty() ? read.text : read.problem) == told);
    if (!read.problem.empty())
      BOOST_TEST((read.scheme.empty() && read.host.empty() && read.text.empty()));
  }
}

BOOST_AUTO_TEST_CASE(tells_scheme_and_host) {
  const auto one = troupe::read_go_url("HTTPS://user:word@Host:80/path?query#fragment");
  BOOST_TEST(one.scheme == "https");
  BOOST_TEST(one.host == "Host:80");
  BOOST_TEST(troupe::read_go_url("http://[fe80::1%25en0]:8080/").host == "[fe80::1%en0]:8080");
  for (const auto* url : {"http://", "http:", "http:/x", "http:a", "http:///x", "a", ""}) {
    const auto without = troupe::read_go_url(url);
    BOOST_TEST(without.problem.empty());
    BOOST_TEST(without.host.empty());
  }
}

BOOST_AUTO_TEST_CASE(tells_what_is_dialled) {
  const auto dialled = [](const char* url) {
    const auto read = troupe::http_target_of(troupe::read_go_url(url));
    return read.problem.empty()
               ? read.host + ' ' + read.port + (read.is_encrypted ? " tls " : " ") + read.path
               : "";
  };
  BOOST_TEST(dialled("http://h") == "h 80 /");
  BOOST_TEST(dialled("https://h/") == "h 443 tls /");
  BOOST_TEST(dialled("HTTP://h/cb") == "h 80 /cb");
  BOOST_TEST(dialled("http://h:1?x=1") == "h 1 /?x=1");
  BOOST_TEST(dialled("http://h:1#x/y") == "h 1 /");
  BOOST_TEST(dialled("http://h/a?b=/c#d") == "h 80 /a?b=/c");
  BOOST_TEST(dialled("http://h/\xC3\xA4 b?\xC3\xA4 b") == "h 80 /%C3%A4%20b?%C3%A4%20b");
  BOOST_TEST(dialled("http://[::1]:8080/x") == "::1 8080 /x");
  BOOST_TEST(dialled("http://[fe80::1%25en0]") == "fe80::1%en0 80 /");
  // Whom an allow-list sees, and nobody before an `@` or behind a `#`.
  BOOST_TEST(dialled("http://good#@bad/") == "good 80 /");
  BOOST_TEST(dialled("http://good?@bad/") == "good 80 /?@bad/");
  for (const auto* url :
       {"http://good@bad/",
        "http://u:p@h/cb",
        "http://:1/",
        "http://h:/",
        "http://h:65536/",
        "http://\xC3\xA4/",
        "http://%C3%A4/",
        "http://a\"b/",
        "ftp://h/",
        "http:h",
        "h:1",
        ""})
    BOOST_TEST(dialled(url) == "", url);
}

BOOST_AUTO_TEST_SUITE_END()
