#include "specs/derive/decode.h"

#include <iconv.h>

#include <algorithm>
#include <optional>

#include "model/utf8.h"

namespace fwproof::specs::derive {
namespace {

constexpr uint32_t kReplacement = 0xfffd;

unsigned char byte_at(std::string_view bytes, size_t at) { return static_cast<unsigned char>(bytes[at]); }

// Length of the well-formed sequence at `at` (RFC 3629), or 0.
size_t utf8_length(std::string_view bytes, size_t at) {
  const unsigned lead = byte_at(bytes, at);
  if (lead < 0x80) return 1;
  const size_t length = lead >= 0xc2 && lead < 0xe0 ? 2 : lead >= 0xe0 && lead < 0xf0 ? 3 : lead >= 0xf0 && lead < 0xf5 ? 4 : 0;
  if (length == 0 || at + length > bytes.size()) return 0;
  for (size_t k = 1; k < length; ++k)
    if ((byte_at(bytes, at + k) & 0xc0) != 0x80) return 0;
  const unsigned second = byte_at(bytes, at + 1);
  const bool overlong = (lead == 0xe0 && second < 0xa0) || (lead == 0xf0 && second < 0x90);
  const bool outside = (lead == 0xed && second > 0x9f) || (lead == 0xf4 && second > 0x8f);
  return overlong || outside ? 0 : length;
}

bool is_utf8(std::string_view bytes) {
  for (size_t at = 0; at < bytes.size();) {
    const size_t length = utf8_length(bytes, at);
    if (length == 0) return false;
    at += length;
  }
  return true;
}

void replace(Decoded& result) {
  if (result.replaced++ == 0) result.replaced_at = result.text.size();
  model::append_utf8(result.text, kReplacement);
}

void copy_utf8(std::string_view bytes, Decoded& result) {
  result.text.reserve(bytes.size());
  for (size_t at = 0; at < bytes.size();) {
    const size_t length = utf8_length(bytes, at);
    if (length == 0) replace(result);
    else result.text.append(bytes.substr(at, length));
    at += std::max<size_t>(length, 1);
  }
}

// Lone surrogates and an odd last byte are replaced.
void copy_utf16(std::string_view bytes, bool big, Decoded& result) {
  const auto unit = [&](size_t at) -> uint32_t {
    const uint32_t a = byte_at(bytes, at), b = byte_at(bytes, at + 1);
    return big ? (a << 8) | b : (b << 8) | a;
  };
  result.text.reserve(bytes.size());
  size_t at = 0;
  for (; at + 1 < bytes.size(); at += 2) {
    const uint32_t code = unit(at);
    const bool high = code >= 0xd800 && code < 0xdc00;
    if (high && at + 3 < bytes.size() && (unit(at + 2) & 0xfc00) == 0xdc00) {
      model::append_utf8(result.text, 0x10000 + ((code - 0xd800) << 10) + (unit(at + 2) - 0xdc00));
      at += 2;
    } else if (code >= 0xd800 && code < 0xe000) {
      replace(result);
    } else {
      model::append_utf8(result.text, code);
    }
  }
  if (at < bytes.size()) replace(result);
}

// UTF-16 without a mark: its ASCII shows as a zero in every second byte.
enum class Utf16 : uint8_t { no, little, big };
Utf16 guess_utf16(std::string_view bytes) {
  const size_t pairs = std::min<size_t>(bytes.size() / 2, 2048);
  if (pairs < 2) return Utf16::no;
  size_t even = 0, odd = 0;
  for (size_t i = 0; i < pairs; ++i) {
    even += bytes[2 * i] == 0;
    odd += bytes[2 * i + 1] == 0;
  }
  if (odd * 4 > pairs && odd > 2 && even * 20 < pairs) return Utf16::little;
  return even * 4 > pairs && even > 2 && odd * 20 < pairs ? Utf16::big : Utf16::no;
}

std::string lower(std::string_view text) {
  std::string result(text);
  std::transform(result.begin(), result.end(), result.begin(), [](unsigned char c) { return c >= 'A' && c <= 'Z' ? c + 32 : c; });
  return result;
}

// The WHATWG Encoding Standard (section 4.2) reads these names as windows-1252, for that is what pages that declare them are in.
std::string charset_name(std::string_view declared) {
  const std::string name = lower(declared);
  constexpr std::string_view kLatin[] = {"iso-8859-1", "iso8859-1", "iso_8859-1", "latin1", "l1", "us-ascii", "ascii", "cp1252", "x-cp1252"};
  return std::find(std::begin(kLatin), std::end(kLatin), name) == std::end(kLatin) ? name : "windows-1252";
}

bool is_charset_char(char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '-' || c == '_'; }

// Nothing: no such charset. What is not of it is replaced.
std::optional<Decoded> from_charset(std::string_view bytes, const std::string& name) {
  if (name.empty() || name.size() > 40 || !std::all_of(name.begin(), name.end(), is_charset_char)) return std::nullopt;
  const iconv_t converter = iconv_open("UTF-8", name.c_str());
  if (converter == reinterpret_cast<iconv_t>(-1)) return std::nullopt;
  Decoded result;
  char* in = const_cast<char*>(bytes.data());
  size_t left = bytes.size();
  char buffer[8192];
  while (left > 0) {
    char* out = buffer;
    size_t room = sizeof buffer;
    const size_t before = left;
    iconv(converter, &in, &left, &out, &room);
    result.text.append(buffer, sizeof buffer - room);
    if (left == before && room == sizeof buffer) {  // stuck: the next byte is not of the charset
      replace(result);
      ++in;
      --left;
    }
  }
  iconv_close(converter);
  if (is_utf8(result.text)) return result;
  return std::nullopt;
}

void copy_8bit(std::string_view bytes, std::string_view charset, Decoded& result) {
  const std::string name = charset_name(charset);
  if (!name.empty() && name != "utf-8" && name != "utf8") {
    if (auto converted = from_charset(bytes, name)) {
      result = *std::move(converted);
      return;
    }
    result.unknown_charset = name;
  }
  copy_utf8(bytes, result);
}

// The word after "charset=" or "encoding=", quoted or not.
std::string value_after(std::string_view head, std::string_view key) {
  for (size_t at = head.find(key); at != std::string_view::npos; at = head.find(key, at + 1)) {
    size_t from = head.find_first_not_of(" \t\r\n", at + key.size());
    if (from == std::string_view::npos || head[from] != '=') continue;
    from = head.find_first_not_of(" \t\r\n\"'", from + 1);
    if (from == std::string_view::npos) continue;
    size_t end = from;
    while (end < head.size() && is_charset_char(head[end])) ++end;
    if (end > from) return std::string(head.substr(from, end - from));
  }
  return {};
}

}  // namespace

Decoded decode(std::string_view bytes, std::string_view charset) {
  Decoded result;
  const bool utf8_mark = bytes.starts_with("\xef\xbb\xbf");
  const bool little = bytes.starts_with("\xff\xfe"), big = bytes.starts_with("\xfe\xff");
  const Utf16 guess = utf8_mark ? Utf16::no : little ? Utf16::little : big ? Utf16::big : guess_utf16(bytes);
  bytes.remove_prefix(utf8_mark ? 3 : little || big ? 2 : 0);
  if (guess != Utf16::no) copy_utf16(bytes, guess == Utf16::big, result);
  else if (utf8_mark || is_utf8(bytes)) copy_utf8(bytes, result);
  else copy_8bit(bytes, charset, result);
  const size_t zero = result.text.find('\0');
  result.binary = zero != std::string::npos;
  result.zero_at = result.binary ? zero : 0;
  return result;
}

std::string declared_charset(std::string_view bytes) {
  // The HTML standard looks at the first 1024 bytes (section 13.2.3.2); pages with long comments in front exist.
  const std::string head = lower(bytes.substr(0, 4096));
  const bool xml = head.find("<?xml") < 16;
  std::string charset = value_after(head, "charset");
  return charset.empty() && xml ? value_after(head, "encoding") : charset;
}

uint32_t next_character(std::string_view text, size_t& at) {
  const unsigned lead = byte_at(text, at);
  const size_t length = std::min<size_t>(lead < 0x80 ? 1 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4, text.size() - at);
  uint32_t code = length == 1 ? lead : lead & (0xffu >> (length + 1));
  for (size_t k = 1; k < length; ++k) code = (code << 6) | (byte_at(text, at + k) & 0x3f);
  at += length;
  return code;
}

}  // namespace fwproof::specs::derive
