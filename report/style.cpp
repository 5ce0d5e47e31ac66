#include "report/style.h"

namespace fwproof::report {
namespace {

// SGR codes (ECMA-48, 8.3.117).
std::string_view code(Ink ink) {
  switch (ink) {
    case Ink::plain: return "0";
    case Ink::bold: return "1";
    case Ink::red: return "31";
    case Ink::green: return "32";
    case Ink::yellow: return "33";
    case Ink::faint: return "2";
  }
  return "0";
}

}  // namespace

std::string Style::paint(Ink ink, std::string_view text) const {
  if (!colour || ink == Ink::plain) return std::string(text);
  std::string out = "\x1b[";
  out += code(ink);
  out += 'm';
  out += text;
  out += "\x1b[0m";
  return out;
}

}  // namespace fwproof::report
