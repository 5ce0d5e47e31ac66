#include "importers/text/decode.h"

#include <iconv.h>

#include <algorithm>
#include <cstdint>
#include <cstring>

#include "model/utf8.h"

namespace fwproof::importers::text {
namespace {

// Lone surrogates and an odd last byte become U+FFFD.
std::string from_utf16(std::string_view bytes, bool big) {
  constexpr uint32_t kReplacement = 0xfffd;
  std::string out;
  out.reserve(bytes.size());
  const auto unit = [&](size_t i) -> uint32_t {
    const auto a = static_cast<unsigned char>(bytes[i]), b = static_cast<unsigned char>(bytes[i + 1]);
    return big ? (a << 8) | b : (b << 8) | a;
  };
  size_t i = 0;
  for (; i + 1 < bytes.size(); i += 2) {
    uint32_t code = unit(i);
    if (code >= 0xd800 && code < 0xdc00 && i + 3 < bytes.size() && (unit(i + 2) & 0xfc00) == 0xdc00) {
      code = 0x10000 + ((code - 0xd800) << 10) + (unit(i + 2) - 0xdc00);
      i += 2;
    } else if (code >= 0xd800 && code < 0xe000) {
      code = kReplacement;
    }
    model::append_utf8(out, code);
  }
  if (i < bytes.size()) model::append_utf8(out, kReplacement);
  return out;
}

// UTF-16 without a mark: text of ours is mostly ASCII, so every second byte is zero.
enum class Utf16 { no, little, big };
Utf16 guess_utf16(std::string_view bytes) {
  const size_t pairs = std::min<size_t>(bytes.size() / 2, 2048);
  if (pairs < 2) return Utf16::no;
  size_t even = 0, odd = 0, newlines_little = 0, newlines_big = 0;
  for (size_t i = 0; i < pairs; ++i) {
    even += bytes[2 * i] == 0;
    odd += bytes[2 * i + 1] == 0;
    newlines_little += bytes[2 * i] == '\n' && bytes[2 * i + 1] == 0;
    newlines_big += bytes[2 * i] == 0 && bytes[2 * i + 1] == '\n';
  }
  if (odd * 4 > pairs && even * 20 < pairs && (newlines_little || pairs < 200)) return Utf16::little;
  if (even * 4 > pairs && odd * 20 < pairs && (newlines_big || pairs < 200)) return Utf16::big;
  return Utf16::no;
}

// A long run of printable ASCII without a zero byte, in what is UTF-16 elsewhere: no script has 32 characters in a row whose bytes are
// all such (for Chinese, the densest, about 0.4 to the power of 32).
bool holds_narrow_text(std::string_view bytes) {
  constexpr size_t kLongestRun = 64;
  size_t run = 0;
  for (const char c : bytes) {
    const bool narrow = (c >= 0x20 && c < 0x7f) || c == '\n' || c == '\r' || c == '\t';
    run = narrow ? run + 1 : 0;
    if (run >= kLongestRun) return true;
  }
  return false;
}

constexpr std::string_view kMark = "\xef\xbb\xbf";

// Without byte order marks in front of later lines: several files were joined.
std::string without_inner_marks(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (size_t i = 0; i < text.size();) {
    const bool starts_line = i == 0 || text[i - 1] == '\n' || text[i - 1] == '\r';
    if (starts_line && text.substr(i).starts_with(kMark)) i += kMark.size();
    else out += text[i++];
  }
  return out;
}

bool looks_binary(std::string_view text) {
  const std::string_view head = text.substr(0, 65536);
  size_t controls = 0;
  for (const char c : head) {
    if (c == 0) return true;
    const auto byte = static_cast<unsigned char>(c);
    controls += byte < 0x20 && c != '\n' && c != '\r' && c != '\t' && c != '\f' && c != 0x1a && c != 0x1b;
  }
  return controls * 20 > head.size();
}

}  // namespace

namespace {

// How many bytes from `at` on are ASCII, eight at a time: nearly all of them are.
size_t skip_ascii(std::string_view bytes, size_t at) {
  constexpr uint64_t kHighBits = 0x8080808080808080;
  for (uint64_t eight = 0; at + sizeof eight <= bytes.size(); at += sizeof eight) {
    std::memcpy(&eight, bytes.data() + at, sizeof eight);
    if ((eight & kHighBits) != 0) break;
  }
  return at;
}

}  // namespace

bool is_utf8(std::string_view bytes) {
  for (size_t i = skip_ascii(bytes, 0); i < bytes.size(); i = skip_ascii(bytes, i)) {
    const auto lead = static_cast<unsigned char>(bytes[i]);
    const size_t length = lead < 0x80 ? 1 : lead >= 0xc2 && lead < 0xe0 ? 2 : lead >= 0xe0 && lead < 0xf0 ? 3 : lead >= 0xf0 && lead < 0xf5 ? 4 : 0;
    if (length == 0 || i + length > bytes.size()) return false;
    for (size_t k = 1; k < length; ++k)
      if ((static_cast<unsigned char>(bytes[i + k]) & 0xc0) != 0x80) return false;
    const auto second = length > 1 ? static_cast<unsigned char>(bytes[i + 1]) : 0;
    if ((lead == 0xe0 && second < 0xa0) || (lead == 0xed && second > 0x9f) || (lead == 0xf0 && second < 0x90) || (lead == 0xf4 && second > 0x8f)) return false;
    i += length;
  }
  return true;
}

Decoded decode(std::string_view bytes) {
  Decoded result;
  const auto own = [&](std::string text) {
    result.own = std::make_unique<const std::string>(std::move(text));
    result.text = *result.own;
  };
  if (bytes.starts_with(kMark)) bytes.remove_prefix(kMark.size());
  const bool little = bytes.starts_with("\xff\xfe"), big = bytes.starts_with("\xfe\xff");
  const Utf16 guess = little ? Utf16::little : big ? Utf16::big : guess_utf16(bytes);
  switch (guess) {
    case Utf16::little:
    case Utf16::big:
      result.encoding = guess == Utf16::big ? "UTF-16BE" : "UTF-16LE";
      own(from_utf16(bytes.substr(little || big ? 2 : 0), guess == Utf16::big));
      result.mixed = holds_narrow_text(bytes);
      break;
    case Utf16::no:
      result.encoding = is_utf8(bytes) ? "UTF-8" : "bytes";
      result.text = bytes;
      break;
  }
  if (result.encoding != "bytes" && result.text.find(kMark) != std::string_view::npos) own(without_inner_marks(result.text));
  result.binary = looks_binary(result.text);
  return result;
}

namespace {

// As many as there are if all of the text looks like its first part: growing copies a million lines again and again.
size_t expected_lines(std::string_view text) {
  constexpr size_t kFirst = 65'536;
  const std::string_view first = text.substr(0, kFirst);
  const auto ends = static_cast<size_t>(std::count_if(first.begin(), first.end(), [](char c) { return c == '\n'; }));
  constexpr size_t kLineBytes = 16;   // no more room than the text takes, whatever its first part is
  return text.size() <= kFirst ? ends + 1 : std::min(ends * (text.size() / kFirst + 1), text.size() / kLineBytes);
}

}  // namespace

Lines split_lines(std::string_view text) {
  Lines result;
  result.lines.reserve(expected_lines(text));
  size_t feed = text.find('\n'), carriage = text.find('\r');   // the next of each
  for (size_t start = 0; start < text.size();) {
    if (feed < start) feed = text.find('\n', start);
    if (carriage < start) carriage = text.find('\r', start);
    const size_t end = std::min({feed, carriage, text.size()});
    result.lines.push_back(text.substr(start, end - start));
    if (end - start > kMaxLineBytes && !result.too_long) result.too_long = result.lines.size();
    start = end + (end == carriage && end + 1 == feed ? 2 : 1);
  }
  return result;
}

CodePage::CodePage(const char* name) : converter_(iconv_open("UTF-8", name)) {}

CodePage::~CodePage() {
  if (converter_ != reinterpret_cast<iconv_t>(-1)) iconv_close(converter_);
}

std::optional<std::string> CodePage::decode(std::string_view bytes) const {
  if (converter_ == reinterpret_cast<iconv_t>(-1)) return std::nullopt;
  iconv(converter_, nullptr, nullptr, nullptr, nullptr);  // back to the initial state
  std::string out(bytes.size() * 3 + 16, '\0');  // no single byte of these code pages needs more than three in UTF-8
  char* in = const_cast<char*>(bytes.data());
  size_t in_left = bytes.size(), out_left = out.size();
  char* to = out.data();
  if (iconv(converter_, &in, &in_left, &to, &out_left) == static_cast<size_t>(-1) || in_left != 0) return std::nullopt;
  out.resize(out.size() - out_left);
  return out;
}

std::optional<std::string> from_code_page(std::string_view bytes, const char* code_page) { return CodePage(code_page).decode(bytes); }

}  // namespace fwproof::importers::text
