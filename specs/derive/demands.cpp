#include "specs/derive/demands.h"

#include <algorithm>

#include "specs/derive/ports.h"
#include "specs/derive/vocabulary.h"

namespace fwproof::specs::derive {
namespace {

using model::Constraint;

// Each group must be met by one of its phrases.
struct Wording {
  Constraint::Kind kind;
  std::vector<std::string_view> first;
  std::vector<std::string_view> second;
  std::vector<std::string_view> third;
};

bool holds_any(std::string_view lower, const std::vector<std::string_view>& phrases) {
  return phrases.empty() || std::any_of(phrases.begin(), phrases.end(), [&](std::string_view phrase) { return lower.find(phrase) != std::string_view::npos; });
}

// Stems, in English, German, French and Spanish.
const std::vector<Wording>& wordings() {
  static const std::vector<Wording> kWordings = {
      {Constraint::Kind::nat_loopback,
       {"nat loopback", "nat-loopback", "loopback nat", "hairpin", "nat reflection", "nat-reflection", "reflexión nat", "bouclage nat"}, {}, {}},
      {Constraint::Kind::port_forward,
       {"port forward", "port-forward", "forward port", "forward the port", "forward these port", "forward the following port", "forward all port",
        "ports forwarded", "port is forwarded", "ports are forwarded", "virtual server", "destination nat", "portweiterleitung", "portfreigabe",
        "port-weiterleitung", "redirection de port", "redirection des ports", "redirección de puertos", "reenvío de puertos"},
       {"router", "nat", "private network", "internet", "firewall", "gateway", "privaten netz", "réseau privé", "red privada"},
       {}},
      {Constraint::Kind::static_address,
       {"dhcp"}, {" off ", "outside", "out of", "exclud", "not part of", "not be in", "not in", "not within", "außerhalb", "hors", "en dehors", "fuera"},
       {"scope", "pool", "range", "bereich", "plage", "étendue", "rango", "ámbito"}},
      {Constraint::Kind::not_intercepted,
       {"must not", "should not", "may not", "cannot be", "can't be", "never", "do not", "don't", "darf nicht", "dürfen nicht", "ne doit pas", "ne doivent pas", "no debe"},
       {"intercept", "proxied", "be inspected", "inspect ", "decrypt", "man-in-the-middle", "ssl inspection", "tls inspection", "deep inspection", "abgefangen",
        "entschlüssel", "aufgebrochen", "inspiziert", "intercept", "déchiffr", "interceptad", "descifrad"},
       {"communication", "channel", "connection", "traffic", "flow", "session", "port", "tls", "ssl", "https", "verbindung", "verkehr", "connexion", "trafic", "conexi", "tráfico"}},
  };
  return kWordings;
}

constexpr std::string_view kListing[] = {"list", "lists", "listed", "listing", "shows", "contains", "describes", "documents", "summarizes", "all of the ports", "complete list",
                                         "listet", "enthält", "aufgeführt", "liste", "énumère", "contient", "lista", "enumera", "contiene", "following are all"};
constexpr std::string_view kClosedRest[] = {"all other ports closed", "all other ports must be closed", "all other ports should be closed", "all other ports can be closed", "other ports closed",
                                            "all other ports blocked", "block all other ports", "close all other ports", "all other ports are blocked",
                                            "not listen on any other port", "no other ports", "alle anderen ports", "tous les autres ports", "todos los demás puertos"};
constexpr std::string_view kAll[] = {"all", "every", "alle", "sämtliche", "tous", "toutes", "todos"};
constexpr std::string_view kNotAll[] = {"not all", "how", "not necessarily", "isn't", "aren't", "not exhaustive", "not an exhaustive", "incomplete", "subset", "not a complete", "not complete", "nearly", "almost", "most of", "some of", "nicht alle", "pas tous", "no todos", "may not list", "not list"};

// The prohibition is about the intercepting: "must not be intercepted", not "do not worry: it may be intercepted".
bool is_passive_prohibition(std::string_view lower) {
  constexpr size_t kFarthest = 80;
  constexpr std::string_view kProhibits[] = {"not", "never", "cannot", "can't", "don't", "nicht", "pas", "no debe", "no deben"};
  constexpr std::string_view kIntercepts[] = {"intercept", "proxied", "inspect", "decrypt", "man-in-the-middle", "abgefangen", "entschlüssel", "aufgebrochen", "inspiziert", "déchiffr", "interceptad", "descifrad"};
  constexpr std::string_view kPermits[] = {" may be ", " can be ", "optional", " but may", ":", "warning", "error message"};
  for (const std::string_view intercepts : kIntercepts) {
    const size_t verb = lower.find(intercepts);
    if (verb == std::string_view::npos) continue;
    const size_t from = verb > kFarthest ? verb - kFarthest : 0;
    for (const std::string_view prohibits : kProhibits) {
      const size_t at = find_phrase(lower.substr(0, verb), prohibits, from);
      if (at == std::string_view::npos) continue;
      const std::string_view rest = lower.substr(at);
      if (std::none_of(std::begin(kPermits), std::end(kPermits), [&](std::string_view word) { return rest.find(word) != std::string_view::npos; })) return true;
    }
  }
  return false;
}

template <class Words>
bool holds_one(std::string_view lower, const Words& words) {
  return std::any_of(std::begin(words), std::end(words), [&](std::string_view word) { return holds_phrase(lower, word); });
}

// "all TCP ports", "all of the network ports": at most so many words between the two.
bool speaks_of_all_ports(const Passage& sentence) {
  constexpr size_t kMostBetween = 5;
  for (size_t token = 0; token < sentence.size(); ++token) {
    if (!holds_one(sentence.word(token), kAll)) continue;
    for (size_t at = token + 1; at < std::min(sentence.size(), token + 2 + kMostBetween) && sentence.tokens[at].kind != TokenKind::mark; ++at)
      if (is_port_word(sentence.word(at))) return true;
  }
  return false;
}

}  // namespace

std::optional<Claim> claim_in(std::string_view lower) {
  const bool closed = holds_one(lower, kClosedRest);
  if (!closed && (!holds_one(lower, kListing) || holds_one(lower, kNotAll))) return std::nullopt;
  const Passage sentence = make_passage(lower, 1);
  if (!closed && !speaks_of_all_ports(sentence)) return std::nullopt;
  Claim claim;
  claim.protocols = protocols_in(sentence, 0, sentence.size());
  const bool none = claim.protocols.empty();
  claim.tcp = none || std::find(claim.protocols.begin(), claim.protocols.end(), 6u) != claim.protocols.end();
  claim.other = none || std::find(claim.protocols.begin(), claim.protocols.end(), 17u) != claim.protocols.end();
  return claim;
}

bool tells_incomplete(std::string_view lower) {
  constexpr std::string_view kWhole[] = {"complete", "exhaustive", "list all", "show all", "lists all", "vollständig", "vollständige", "complète", "exhaustif", "exhaustive", "completa", "exhaustiva"};
  constexpr std::string_view kAboutRows[] = {"required", "needed", "open", "opened", "closed", "blocked", "used"};
  return holds_one(lower, kWhole) && !holds_one(lower, kAboutRows);
}

namespace {

bool mentions(std::string_view lower, const Wording& wording) {
  return holds_any(lower, wording.first) && holds_any(lower, wording.second) && holds_any(lower, wording.third);
}

// "Do not use port forwarding", "is optional", "NAT loopback is not needed": no demand. That something must not be intercepted, and that an address
// is not in the range, are negations themselves.
bool is_denied(std::string_view lower, Constraint::Kind kind) {
  const std::vector<std::string_view> optional = {"optional", "if you want", "if you like", "optionnel", "opcional", "facultatif", "fakultativ"};
  const std::vector<std::string_view> needless = {"not required", "not needed", "not necessary", "isn't needed", "isn't required", "isn't necessary", "no need", "need not", "do not use", "don't use", "must not be used",
                                                  "not be used", "nicht nötig", "nicht erforderlich", "nicht benötigt", "nicht notwendig", "pas nécessaire", "pas besoin", "n'utilisez pas", "no es necesari",
                                                  "no utilice", "non è necessari"};
  const std::vector<std::string_view> replaced = {"no port forward", "without port forward", "instead of", "do not forward", "don't forward", "never forward", "not supported", "keine port", "kein port"};
  switch (kind) {
    case Constraint::Kind::nat_loopback: return holds_any(lower, optional) || holds_any(lower, needless);
    case Constraint::Kind::port_forward: return holds_any(lower, optional) || holds_any(lower, needless) || holds_any(lower, replaced);
    case Constraint::Kind::static_address: return holds_any(lower, optional) || holds_phrase(lower, "in use") || holds_phrase(lower, "not used");
    case Constraint::Kind::not_intercepted: return !is_passive_prohibition(lower);
  }
  return false;
}

}  // namespace

std::optional<Constraint::Kind> constraint_in(std::string_view lower) {
  for (const Wording& wording : wordings())
    if (mentions(lower, wording) && !is_denied(lower, wording.kind)) return wording.kind;
  return std::nullopt;
}

std::optional<Constraint::Kind> undemanded_constraint_in(std::string_view lower) {
  if (constraint_in(lower)) return std::nullopt;
  for (const Wording& wording : wordings())
    if (mentions(lower, wording)) return wording.kind;
  return std::nullopt;
}

std::string target_in(const Passage& passage, size_t begin, size_t end) {
  constexpr std::string_view kTarget[] = {"destination", "target", "ziel", "destino"};
  constexpr std::string_view kIs[] = {"is", "are", "ist", "est", "es"};
  constexpr std::string_view kSkipped[] = {"always", "the", "a", "an", "immer", "der", "die", "das", "toujours", "le", "la", "siempre", "el"};
  constexpr size_t kFarthest = 8, kMostWords = 8;
  const auto is_one = [&](size_t token, const auto& words) { return token < end && holds_one(passage.word(token), words); };
  if (!is_one(begin, kTarget) && !is_one(begin + 1, kTarget)) return {};
  size_t at = begin;
  while (at < std::min(end, begin + kFarthest) && !is_one(at, kIs)) ++at;
  if (!is_one(at, kIs)) return {};
  for (++at; is_one(at, kSkipped);) ++at;
  size_t last = at;
  while (last < end && passage.tokens[last].kind == TokenKind::word) ++last;
  return last > at && last - at <= kMostWords && last + 1 >= end ? std::string(passage.between(at, last)) : std::string();
}

std::optional<std::string> alternative_in(std::string_view lower) {
  const bool internal = holds_any(lower, {"internal", "private", "local", "separate", "split", "intern", "interne", "interno", "privé", "privad"});
  if (holds_phrase(lower, "hosts") && holds_any(lower, {"file", "etc", "datei", "fichier", "archivo"})) return "hosts-file";
  if (holds_phrase(lower, "dns") && internal) return "internal-dns";
  if (internal && holds_any(lower, {" ip", "address", "adresse", "dirección"})) return "internal-address";
  return std::nullopt;
}

}  // namespace fwproof::specs::derive
