// The tables are the reason for the file's length.
#include "specs/derive/vocabulary.h"

#include <algorithm>
#include <array>
#include <span>

#include "specs/derive/doubts.h"

namespace fwproof::specs::derive {
namespace {

using Words = std::span<const std::string_view>;

bool is_one_of(std::string_view word, Words words) { return std::find(words.begin(), words.end(), word) != words.end(); }
bool holds_any(std::string_view lower_text, Words phrases) {
  return std::any_of(phrases.begin(), phrases.end(), [&](std::string_view phrase) { return holds_phrase(lower_text, phrase); });
}

struct HeaderWord {
  std::string_view words;
  Column column;
};
// Whole headers first.
constexpr HeaderWord kHeaders[] = {
    {"port", Column::port}, {"ports", Column::port}, {"port number", Column::port}, {"port numbers", Column::port}, {"port no", Column::port},
    {"port range", Column::port}, {"port ranges", Column::port}, {"portnummer", Column::port}, {"port-nr", Column::port}, {"port nr", Column::port},
    {"portbereich", Column::port}, {"numéro de port", Column::port}, {"puerto", Column::port}, {"puertos", Column::port}, {"porta", Column::port},
    {"porte", Column::port}, {"portas", Column::port}, {"dport", Column::port}, {"dst port", Column::port}, {"dest port", Column::port},
    {"zielport", Column::port}, {"zielports", Column::port}, {"listening port", Column::port}, {"port/protocol", Column::port},
    {"ports/protocol", Column::port}, {"ports/protocols", Column::port}, {"protocol/port", Column::port}, {"port and protocol", Column::port},
    {"protocol and port", Column::port}, {"port & protocol", Column::port}, {"protocol & port", Column::port}, {"protocol:port", Column::port},
    {"server port", Column::port}, {"server ports", Column::port}, {"tcp/udp port", Column::port}, {"tcp/udp ports", Column::port},
    {"tcp", Column::tcp_ports}, {"tcp port", Column::tcp_ports}, {"tcp ports", Column::tcp_ports}, {"tcp-port", Column::tcp_ports},
    {"udp", Column::udp_ports}, {"udp port", Column::udp_ports}, {"udp ports", Column::udp_ports}, {"udp-port", Column::udp_ports},
    {"source port", Column::source_port}, {"source ports", Column::source_port}, {"sport", Column::source_port}, {"src port", Column::source_port},
    {"client port", Column::source_port}, {"client ports", Column::source_port}, {"quellport", Column::source_port},
    {"quellports", Column::source_port}, {"port source", Column::source_port}, {"puerto de origen", Column::source_port},
    {"local port", Column::local_port}, {"local ports", Column::local_port}, {"lokaler port", Column::local_port}, {"lokale ports", Column::local_port},
    {"port local", Column::local_port}, {"puerto local", Column::local_port}, {"remote port", Column::remote_port}, {"remote ports", Column::remote_port},
    {"remoteport", Column::remote_port}, {"localport", Column::local_port}, {"remoteports", Column::remote_port}, {"localports", Column::local_port},
    {"port distant", Column::remote_port}, {"puerto remoto", Column::remote_port}, {"entfernter port", Column::remote_port},
    {"source", Column::source}, {"sources", Column::source}, {"from", Column::source}, {"client", Column::source}, {"clients", Column::source},
    {"src", Column::source}, {"initiator", Column::source}, {"origin", Column::source}, {"quelle", Column::source}, {"von", Column::source},
    {"quelle/von", Column::source}, {"absender", Column::source}, {"de", Column::source}, {"depuis", Column::source}, {"origen", Column::source},
    {"origine", Column::source}, {"desde", Column::source}, {"origem", Column::source}, {"da", Column::source}, {"quell-ip-adresse", Column::source},
    {"quelladresse", Column::source}, {"traffic from", Column::source}, {"from (source)", Column::source},
    {"target", Column::target}, {"targets", Column::target}, {"destination", Column::target}, {"destinations", Column::target},
    {"to", Column::target}, {"server", Column::target}, {"servers", Column::target}, {"dst", Column::target}, {"dest", Column::target},
    {"ziel", Column::target}, {"nach", Column::target}, {"ziel/nach", Column::target}, {"an", Column::target}, {"cible", Column::target},
    {"vers", Column::target}, {"destino", Column::target}, {"hacia", Column::target}, {"a", Column::target}, {"destinazione", Column::target},
    {"para", Column::target}, {"zieladresse", Column::target}, {"ziel-ip-adresse", Column::target}, {"traffic to", Column::target},
    {"endpoint", Column::peer}, {"endpoints", Column::peer}, {"remote", Column::peer}, {"peer", Column::peer}, {"remote host", Column::peer},
    {"source/destination", Column::peer}, {"destination/source", Column::peer}, {"source or destination", Column::peer},
    {"gegenstelle", Column::peer}, {"remote address", Column::peer},
    {"connection", Column::flow}, {"connections", Column::flow}, {"verbindung", Column::flow}, {"verbindungen", Column::flow},
    {"connexion", Column::flow}, {"flux", Column::flow}, {"conexión", Column::flow}, {"communication", Column::flow},
    {"direction", Column::direction}, {"traffic direction", Column::direction}, {"rule type", Column::direction}, {"flow", Column::direction},
    {"in or out", Column::direction}, {"in/out", Column::direction}, {"inbound/outbound", Column::direction}, {"type", Column::direction},
    {"richtung", Column::direction}, {"ein oder aus", Column::direction}, {"sens", Column::direction}, {"direction du flux", Column::direction},
    {"dirección", Column::direction}, {"sentido", Column::direction}, {"direzione", Column::direction}, {"direção", Column::direction},
    {"protocol", Column::protocol}, {"protocols", Column::protocol}, {"proto", Column::protocol}, {"ip protocol", Column::protocol},
    {"transport", Column::protocol}, {"transport protocol", Column::protocol}, {"l4 protocol", Column::protocol},
    {"tcp or udp", Column::protocol}, {"tcp/udp", Column::protocol}, {"udp/tcp", Column::protocol}, {"tcp oder udp", Column::protocol},
    {"protokoll", Column::protocol}, {"ip-protokoll", Column::protocol}, {"protocole", Column::protocol}, {"protocolo", Column::protocol},
    {"protocollo", Column::protocol}, {"protocol type", Column::protocol},
    {"service", Column::service}, {"services", Column::service}, {"service name", Column::service}, {"name", Column::service},
    {"application", Column::service}, {"application protocol", Column::service}, {"port type", Column::service}, {"dienst", Column::service},
    {"dienste", Column::service}, {"servicio", Column::service}, {"servizio", Column::service}, {"serviço", Column::service},
    {"rolle oder protokoll", Column::service}, {"function", Column::service}, {"feature", Column::service},
    {"component", Column::component}, {"components", Column::component}, {"composant", Column::component}, {"komponente", Column::component},
    {"componente", Column::component}, {"host", Column::component}, {"node", Column::component}, {"machine", Column::component},
    {"node role", Column::component}, {"server role", Column::component}, {"host role", Column::component}, {"listener", Column::component}, {"rechner", Column::component}, {"listening host", Column::component},
    {"description", Column::description}, {"descriptions", Column::description}, {"usage description", Column::description},
    {"purpose", Column::description}, {"use", Column::description}, {"usage", Column::description}, {"used for", Column::description},
    {"notes", Column::description}, {"note", Column::description}, {"comment", Column::description}, {"comments", Column::description},
    {"remarks", Column::description}, {"remark", Column::description}, {"details", Column::description}, {"required for", Column::description},
    {"reason", Column::description}, {"explanation", Column::description}, {"beschreibung", Column::description}, {"zweck", Column::description},
    {"verwendung", Column::description}, {"notizen", Column::description}, {"hinweise", Column::description}, {"bemerkung", Column::description},
    {"bemerkungen", Column::description}, {"commentaire", Column::description}, {"commentaires", Column::description},
    {"utilisation", Column::description}, {"usage du port", Column::description}, {"descripción", Column::description},
    {"propósito", Column::description}, {"uso", Column::description}, {"notas", Column::description}, {"descrizione", Column::description},
    {"descrição", Column::description}, {"function/description", Column::description},
    {"required", Column::required}, {"required?", Column::required}, {"mandatory", Column::required}, {"erforderlich", Column::required},
    {"pflicht", Column::required}, {"requis", Column::required}, {"obligatoire", Column::required}, {"obligatorio", Column::required},
    {"requerido", Column::required}, {"required/optional", Column::required}, {"optional/required", Column::required},
    {"requirement", Column::required}, {"status", Column::required},
    {"optional", Column::optional}, {"optional?", Column::optional}, {"optionnel", Column::optional}, {"opcional", Column::optional},
    {"program", Column::program}, {"process", Column::program}, {"executable", Column::program}, {"daemon", Column::program},
    {"programm", Column::program}, {"prozess", Column::program}, {"programme", Column::program}, {"processus", Column::program},
    {"programa", Column::program}, {"proceso", Column::program}, {"binary", Column::program},
    {"action", Column::action}, {"allow/deny", Column::action}, {"aktion", Column::action}, {"acción", Column::action},
    {"used by", Column::user}, {"utilisé par", Column::user}, {"verwendet von", Column::user}, {"usado por", Column::user},
};
// Headers of several words are known by one of them; the first that fits counts.
constexpr HeaderWord kHeaderParts[] = {
    {"port name", Column::service}, {"port names", Column::service}, {"port description", Column::description}, {"port usage", Column::description}, {"port purpose", Column::description},
    {"number of ports", Column::none}, {"port count", Column::none}, {"ports count", Column::none}, {"anzahl ports", Column::none}, {"anzahl der ports", Column::none},
    {"nombre de ports", Column::none},
    {"local port", Column::local_port}, {"local ports", Column::local_port}, {"remote port", Column::remote_port}, {"remote ports", Column::remote_port},
    {"source port", Column::source_port}, {"source ports", Column::source_port}, {"client port", Column::source_port},
    {"client ports", Column::source_port}, {"quellport", Column::source_port}, {"source/destination", Column::peer},
    {"zielport", Column::port}, {"tcp port", Column::tcp_ports}, {"tcp ports", Column::tcp_ports}, {"udp port", Column::udp_ports},
    {"udp ports", Column::udp_ports}, {"changed", Column::none}, {"port", Column::port}, {"ports", Column::port}, {"puerto", Column::port},
    {"puertos", Column::port}, {"portnummer", Column::port}, {"portbereich", Column::port}, {"direction", Column::direction},
    {"richtung", Column::direction}, {"required for", Column::description}, {"protocol", Column::protocol}, {"protokoll", Column::protocol},
    {"protocole", Column::protocol}, {"protocolo", Column::protocol}, {"source", Column::source}, {"quelle", Column::source},
    {"destination", Column::target}, {"target", Column::target}, {"ziel", Column::target}, {"destino", Column::target},
    {"origen", Column::source}, {"description", Column::description}, {"beschreibung", Column::description}, {"purpose", Column::description},
    {"service", Column::service}, {"dienst", Column::service}, {"comments", Column::description}, {"notes", Column::description},
    {"required", Column::required}, {"erforderlich", Column::required},
};

constexpr size_t kLongestHeader = 60;

// "**Port(s)**:" → "port". "(s)", "(n)" and markup fall away.
std::string plain_header(std::string_view header) {
  std::string text = lower_case(strip(header, "*`:#.?_\"'"));
  for (const std::string_view plural : {"(s)", "(n)", "(en)", "(e)", "(es)"})
    for (size_t at = text.find(plural); at != std::string::npos; at = text.find(plural)) text.erase(at, plural.size());
  for (size_t at = text.find(" / "); at != std::string::npos; at = text.find(" / ")) text.replace(at, 3, "/");
  return std::string(strip(text));
}

struct DirectionWord {
  std::string_view word;
  Direction direction;
};
constexpr DirectionWord kDirections[] = {
    {"in", Direction::in}, {"inbound", Direction::in}, {"incoming", Direction::in}, {"ingress", Direction::in}, {"listen", Direction::in},
    {"ein", Direction::in}, {"eingehend", Direction::in}, {"eingang", Direction::in}, {"entrant", Direction::in}, {"entrée", Direction::in},
    {"entrante", Direction::in}, {"entrada", Direction::in}, {"in ingresso", Direction::in}, {"<-", Direction::in}, {"<--", Direction::in},
    {"←", Direction::in}, {"⇐", Direction::in},
    {"out", Direction::out}, {"outbound", Direction::out}, {"outgoing", Direction::out}, {"egress", Direction::out}, {"aus", Direction::out},
    {"ausgehend", Direction::out}, {"ausgang", Direction::out}, {"sortant", Direction::out}, {"sortie", Direction::out},
    {"saliente", Direction::out}, {"salida", Direction::out}, {"in uscita", Direction::out}, {"->", Direction::out}, {"-->", Direction::out},
    {"→", Direction::out}, {"⇒", Direction::out},
    {"both", Direction::both}, {"in/out", Direction::both}, {"out/in", Direction::both}, {"in and out", Direction::both},
    {"in & out", Direction::both}, {"inbound and outbound", Direction::both}, {"inbound/outbound", Direction::both},
    {"inbound & outbound", Direction::both}, {"inbound, outbound", Direction::both}, {"outbound/inbound", Direction::both},
    {"incoming and outgoing", Direction::both}, {"incoming/outgoing", Direction::both}, {"bidirectional", Direction::both},
    {"bi-directional", Direction::both}, {"two-way", Direction::both}, {"ingress/egress", Direction::both}, {"beide", Direction::both},
    {"ein/aus", Direction::both}, {"aus/ein", Direction::both}, {"bidirektional", Direction::both}, {"eingehend und ausgehend", Direction::both},
    {"ein- und ausgehend", Direction::both}, {"bidirectionnel", Direction::both}, {"les deux", Direction::both},
    {"entrant/sortant", Direction::both}, {"bidireccional", Direction::both}, {"ambas", Direction::both}, {"ambos", Direction::both},
    {"<->", Direction::both}, {"<-->", Direction::both}, {"↔", Direction::both}, {"⇔", Direction::both},
};
constexpr std::string_view kSpokenIn[] = {"inbound", "incoming", "ingress", "eingehend", "eingehende", "eingehenden", "eingehender",
                                          "entrant", "entrante", "entrants", "entrantes"};
constexpr std::string_view kSpokenOut[] = {"outbound", "outgoing", "egress", "ausgehend", "ausgehende", "ausgehenden", "ausgehender",
                                           "sortant", "sortante", "sortants", "saliente", "salientes"};
constexpr std::string_view kSpokenBoth[] = {"bidirectional", "bi-directional", "both directions", "both ways", "bidirektional",
                                            "bidirectionnel", "bidireccional", "in both directions"};

constexpr std::string_view kAnyone[] = {
    "any", "all", "*", "everywhere", "anywhere", "everyone", "anyone", "internet", "the internet", "any host", "any hosts", "all hosts",
    "any computer", "all computers", "any source", "any sources", "all sources", "any destination", "all destinations", "any address",
    "any ip", "any ip address", "any ips", "all ips", "any client", "any network", "all networks", "any system", "internet (any)",
    "any (internet)", "world", "the world", "public", "public internet", "outside world", "the outside world", "external", "0.0.0.0/0", "::/0",
    "0.0.0.0", "0.0.0.0/0, ::/0", "alle", "beliebig", "jeder", "jede", "überall", "beliebige", "tous", "toutes", "tout", "partout",
    "n'importe", "cualquiera", "todos", "todas", "todo", "cualquier", "tutti", "qualsiasi", "qualquer", "unrestricted"};
constexpr std::string_view kSameHost[] = {"self", "itself", "localhost", "local", "local traffic", "same host", "loopback", "local host",
                                          "127.0.0.1", "lokal", "selbst", "lui-même"};
constexpr std::string_view kNothing[] = {"", "-", "--", "---", "n/a", "na", "none", "not applicable", "nil", "–", "—", "keine", "kein",
                                         "entfällt", "aucun", "ninguno", "n/d", "x"};

struct NeedWord {
  std::string_view word;
  Need need;
};
// Marks: U+2713 ✓, U+2714 ✔, U+2705 ✅, U+2717 ✗, U+2718 ✘, U+274C ❌. An "x" may be either, and is none of them.
constexpr NeedWord kNeeds[] = {
    {"yes", Need::yes}, {"y", Need::yes}, {"true", Need::yes}, {"ja", Need::yes}, {"oui", Need::yes}, {"sí", Need::yes}, {"si", Need::yes}, {"sì", Need::yes}, {"sim", Need::yes},
    {"✓", Need::yes}, {"✔", Need::yes}, {"✅", Need::yes}, {"1", Need::yes},
    {"no", Need::no}, {"n", Need::no}, {"false", Need::no}, {"nein", Need::no}, {"non", Need::no}, {"não", Need::no}, {"0", Need::no}, {"✗", Need::no}, {"✘", Need::no}, {"❌", Need::no},
    {"required", Need::required}, {"mandatory", Need::required}, {"always", Need::required}, {"must", Need::required}, {"m", Need::required}, {"r", Need::required},
    {"not optional", Need::required}, {"no, required", Need::required}, {"muss", Need::required}, {"pflicht", Need::required}, {"zwingend", Need::required}, {"immer", Need::required},
    {"requis", Need::required}, {"obligatoire", Need::required}, {"erforderlich", Need::required}, {"obligatorio", Need::required}, {"requerido", Need::required},
    {"obbligatorio", Need::required}, {"obrigatório", Need::required}, {"toujours", Need::required}, {"siempre", Need::required},
    {"optional", Need::optional}, {"o", Need::optional}, {"recommended", Need::optional}, {"not required", Need::optional}, {"not mandatory", Need::optional}, {"not needed", Need::optional},
    {"nicht erforderlich", Need::optional}, {"nicht nötig", Need::optional}, {"nicht notwendig", Need::optional}, {"kann", Need::optional}, {"empfohlen", Need::optional},
    {"wahlweise", Need::optional}, {"optionnel", Need::optional}, {"facultatif", Need::optional}, {"recommandé", Need::optional}, {"non requis", Need::optional}, {"opcional", Need::optional},
    {"recomendado", Need::optional}, {"no requerido", Need::optional}, {"facoltativo", Need::optional}, {"opzionale", Need::optional}, {"consigliato", Need::optional},
    {"sometimes", Need::sometimes}, {"conditional", Need::sometimes}, {"in some cases", Need::sometimes}, {"depends", Need::sometimes},
    {"in einigen fällen", Need::sometimes}, {"manchmal", Need::sometimes}, {"bedingt", Need::sometimes}, {"parfois", Need::sometimes},
    {"dans certains cas", Need::sometimes}, {"a veces", Need::sometimes}, {"en algunos casos", Need::sometimes}, {"if used", Need::sometimes},
};

struct Transport {
  std::string_view name;
  unsigned number;
};
// IANA, Protocol Numbers. The first name of a number is the one that specifications use.
constexpr Transport kTransports[] = {{"tcp", 6},   {"udp", 17},    {"sctp", 132},    {"icmp", 1}, {"icmpv4", 1}, {"icmpv6", 58}, {"gre", 47},
                                     {"esp", 50},  {"ah", 51},     {"igmp", 2},      {"vrrp", 112}, {"ospf", 89}, {"dccp", 33},  {"ipip", 4}};

constexpr std::string_view kPortWords[] = {"port", "ports", "port(s)", "portnummer", "portnummern", "puerto", "puertos", "porta", "porte",
                                           "porten", "portas", "tcp-port", "tcp-ports", "udp-port", "udp-ports", "tcp-portnummer", "udp-portnummer", "zielport", "zielports"};
constexpr std::string_view kAnd[] = {"and", "und", "et", "y", "e", "&", "plus", "sowie"};
constexpr std::string_view kOr[] = {"or", "oder", "ou", "o", "bzw"};
constexpr std::string_view kTo[] = {"to", "through", "thru", "till", "until", "bis", "à", "au", "a", "hasta"};
constexpr std::string_view kAbove[] = {"above", "over", "beyond", "greater", "higher", "oberhalb", "über", "supérieurs", "supérieur",
                                       "au-dessus", "superiores", "encima", "upwards"};
constexpr std::string_view kBelow[] = {"below", "under", "less", "lower", "unterhalb", "unter", "inférieurs", "inférieur", "inferiores"};
constexpr std::string_view kBetween[] = {"between", "from", "zwischen", "von", "entre", "de", "desde"};

constexpr std::string_view kAsks[] = {
    "open", "opened", "allow", "allowed", "permit", "permitted", "need", "needs", "needed", "require", "requires",
    "required", "must", "forward", "forwarded", "accessible", "reachable", "enable", "enabled", "have to be", "has to be", "should be",
    "unblock", "ouvrez", "autorisez", "abra", "abrid", "permita", "aprire", "aprite", "apri", "aperta", "aperte", "aperto", "aperti", "aberta", "abertas", "aberto", "abertos", "abierta", "abiertas", "ouverte", "ouvertes", "consentire", "öffnet", "let through", "lets through", "geöffnet", "öffnen", "offen", "freigeben", "freigegeben", "freigeschaltet", "muss", "müssen", "benötigt", "erforderlich",
    "zulassen", "zugelassen", "erlauben", "ouvrir", "ouvert", "ouverts", "autoriser", "autorisé", "doit", "doivent", "nécessaire", "nécessaires",
    "requis", "abrir", "abierto", "abiertos", "permitir", "permitido", "debe", "deben", "necesario", "necesita", "requiere"};
constexpr std::string_view kLetsThrough[] = {
    "allow", "allowed", "allows", "permit", "permitted", "accept", "accepted", "pass", "open", "opened", "yes", "enable", "enabled", "forward", "ok", "✓", "✔",
    "erlauben", "erlaubt", "zulassen", "zugelassen", "öffnen", "ja", "autoriser", "autorisé", "ouvrir", "oui", "permitir", "permitido", "abrir", "sí"};
constexpr std::string_view kRemarks[] = {
    "can be changed", "can be configured", "change the port", "not listen", "in this example", "for example", "zum beispiel", "par exemple",
    "por ejemplo"};

constexpr std::string_view kConditions[] = {
    "only if", "only in", "only with", "only when", "only where", "only while", "only during", "only needed if", "only needed when", "only required if", "required only", "needed only", "necessary only", "required if",
    "required when", "required for use with", "needed if", "needed when", "not needed if", "not required if", "if using", "when using",
    "if used", "when used", "if you use", "if you have", "when you use", "if configured", "if enabled", "when enabled", "if installed", "unless", "except when", "fallback with", "fallback if", "fallback when", "provided", "provided that", "as long as",
    "nur wenn", "nur in", "nur im", "nur mit", "nur dann", "nur bei", "nur, wenn", "falls", "sofern", "bei verwendung", "wenn sie", "seulement si", "uniquement si", "si vous",
    "sauf si", "en cas d'utilisation", "sólo si", "solo si", "únicamente si", "si se usa", "si se utiliza", "solo cuando"};
constexpr std::string_view kNoCondition[] = {"if not", "if it's not", "if it is not", "if you want", "if you wish", "if possible", "if any", "when required", "when needed",
                                             "if required", "if needed", "if necessary", "when necessary", "if unsure"};
// "if Kerberos is used": the word, and one of these behind it.
constexpr std::string_view kIf[] = {"if", "when", "where", "wenn", "si", "cuando", "quand", "lorsque"};
constexpr std::string_view kIfUsed[] = {"used", "enabled", "installed", "configured", "using", "deployed", "selected", "available", "verwendet",
                                        "aktiviert", "installiert", "utilisé", "activé", "installé", "usa", "utiliza", "activado", "instalado", "joining", "connecting"};

// "if Kerberos is used"; "when" says one nearly always, but "where" and "si" need such a word, and "if not" is about something else.
bool is_condition(std::string_view lower_from_if) {
  if (std::any_of(std::begin(kNoCondition), std::end(kNoCondition), [&](std::string_view start) { return lower_from_if.starts_with(start); })) return false;
  return lower_from_if.starts_with("when ") || lower_from_if.starts_with("if ") || lower_from_if.starts_with("wenn ") || holds_any(lower_from_if, kIfUsed);
}

}  // namespace

std::optional<Column> column_of_whole_header(std::string_view header) {
  if (header.size() > kLongestHeader) return std::nullopt;
  const std::string text = plain_header(header);
  for (const HeaderWord& row : kHeaders)
    if (text == row.words) return row.column;
  return std::nullopt;
}

std::optional<Column> column_of_header(std::string_view header) {
  if (header.empty() || header.size() > kLongestHeader) return std::nullopt;
  const std::string text = plain_header(header);
  if (const auto whole = column_of_whole_header(header)) return whole;
  for (const HeaderWord& row : kHeaderParts)
    if (holds_phrase(text, row.words)) return row.column;
  return std::nullopt;
}

std::optional<Direction> direction_of_cell(std::string_view cell) {
  std::string text = lower_case(strip(cell, "*`().:"));
  for (size_t at = text.find(" / "); at != std::string::npos; at = text.find(" / ")) text.replace(at, 3, "/");
  for (const DirectionWord& row : kDirections)
    if (text == row.word) return row.direction;
  if (text.size() > 40) return std::nullopt;
  const Direction direction = direction_in(text);
  return direction == Direction::unknown ? std::nullopt : std::optional(direction);
}

Direction direction_in(std::string_view lower_text) {
  if (holds_any(lower_text, kSpokenBoth)) return Direction::both;
  const bool in = holds_any(lower_text, kSpokenIn), out = holds_any(lower_text, kSpokenOut);
  return in && out ? Direction::both : in ? Direction::in : out ? Direction::out : Direction::unknown;
}

bool is_anyone(std::string_view text) { return is_one_of(lower_case(strip(text, "`\"'.:")), kAnyone) || text == "*"; }
bool is_same_host(std::string_view text) { return is_one_of(lower_case(strip(text, "`\"'.*")), kSameHost); }
bool is_nothing(std::string_view text) { return is_one_of(lower_case(strip(text, "*`.()")), kNothing); }

// Whole cells, or what stands before a remark: "Optional, needs LDAP", "In some cases. See notes".
std::optional<Need> need_of_cell(std::string_view cell) {
  const std::string text = lower_case(strip(cell, "*`.():!"));
  constexpr size_t kLongest = 60, kShortestStart = 4;
  const auto behind = [&](std::string_view word) { return text.size() > word.size() && std::string_view(" ,.;:(<").find(text[word.size()]) != std::string_view::npos; };
  std::optional<Need> start;
  for (const NeedWord& row : kNeeds) {
    if (text == row.word) return row.need;
    const bool sometimes = row.need == Need::sometimes;
    if (row.word.size() >= kShortestStart && text.size() < kLongest && text.starts_with(row.word) && behind(row.word) && (sometimes || text[row.word.size()] != ' ')) start = row.need;
  }
  return start;
}

bool is_yes_or_no(std::string_view cell) {
  const auto need = need_of_cell(cell);
  return need && (*need == Need::yes || *need == Need::no);
}

std::optional<unsigned> transport(std::string_view lower_word) {
  for (const Transport& row : kTransports)
    if (row.name == lower_word) return row.number;
  return std::nullopt;
}

std::string_view transport_name(unsigned protocol) {
  for (const Transport& row : kTransports)
    if (row.number == protocol) return row.name;
  return {};
}

bool is_port_word(std::string_view lower_word) { return is_one_of(lower_word, kPortWords); }
std::optional<unsigned> protocol_of_compound(std::string_view lower_word) {
  if (!is_port_word(lower_word)) return std::nullopt;
  return lower_word.starts_with("tcp-") ? std::optional(6u) : lower_word.starts_with("udp-") ? std::optional(17u) : std::nullopt;
}
bool is_and(std::string_view lower_word) { return is_one_of(lower_word, kAnd); }
bool is_or(std::string_view lower_word) { return is_one_of(lower_word, kOr); }
bool is_to(std::string_view lower_word) { return is_one_of(lower_word, kTo); }
bool is_above(std::string_view lower_word) { return is_one_of(lower_word, kAbove); }
bool is_below(std::string_view lower_word) { return is_one_of(lower_word, kBelow); }
bool is_between(std::string_view lower_word) { return is_one_of(lower_word, kBetween); }

bool is_number_line_mark(uint32_t code) {
  return code == '-' || code == '~' || code == ':' || (code >= 0x2010 && code <= 0x2015) || code == 0x2212 || code == 0x301c || code == 0xff5e;
}

bool asks(std::string_view lower_sentence) { return holds_any(lower_sentence, kAsks); }
bool remarks(std::string_view lower_sentence) { return holds_any(lower_sentence, kRemarks); }
bool lets_through(std::string_view lower_cell) {
  constexpr std::string_view kNegations[] = {"not", "no", "nicht", "non", "pas", "never", "deny", "denied", "block", "blocked", "drop", "reject"};
  return holds_any(lower_cell, kLetsThrough) && !holds_any(lower_cell, kNegations);
}
bool says_optional(std::string_view lower_text) {
  return clearly_optional(lower_text) || lower_text.find("disabled (") != std::string_view::npos;
}

std::string_view condition_in(std::string_view text) {
  constexpr size_t kFarthest = 160;   // of the words that tell it, from "if" on
  const std::string lower = lower_case(text);
  size_t from = std::string::npos;
  for (const std::string_view phrase : kConditions) from = std::min(from, find_phrase(lower, phrase));
  for (const std::string_view word : kIf) {
    const size_t at = find_phrase(lower, word);
    if (at < from && is_condition(std::string_view(lower).substr(at, kFarthest))) from = at;
  }
  if (from == std::string::npos) return {};
  size_t to = lower.find_first_of(".;)", from);
  while (to != std::string::npos && lower[to] == '.' && to + 1 < lower.size() && lower[to + 1] != ' ') to = lower.find_first_of(".;)", to + 1);
  constexpr size_t kMost = 300;
  size_t length = std::min(to == std::string::npos ? text.size() - from : to - from, kMost);
  while (length > 0 && from + length < text.size() && (static_cast<unsigned char>(text[from + length]) & 0xc0) == 0x80) --length;
  return strip(text.substr(from, length));
}

}  // namespace fwproof::specs::derive
