// Sources: outputs of `ipconfig /all` of Windows XP, 7, 10, 11 and Server in the six languages, as users posted them (2006 to 2026).
#include "importers/ipconfig/words.h"

#include <algorithm>

namespace fwproof::importers::ipconfig {
namespace {

struct LabelRow {
  Key key;
  std::string_view text;  // folded
};

// English, German, French, Spanish, Italian, Portuguese; older spellings (Windows XP) among them.
constexpr LabelRow kLabels[] = {
    {Key::dhcp_enabled, "dhcp enabled"}, {Key::dhcp_enabled, "dhcp aktiviert"}, {Key::dhcp_enabled, "dhcp activ?"}, {Key::dhcp_enabled, "dhcp habilitado"},
    {Key::dhcp_enabled, "dhcp abilitato"}, {Key::dhcp_enabled, "dhcp ativado"},
    {Key::ipv4, "ipv4 address"}, {Key::ipv4, "ip address"}, {Key::ipv4, "ipv4-adresse"}, {Key::ipv4, "ip-adresse"}, {Key::ipv4, "adresse ipv4"}, {Key::ipv4, "adresse ip"},
    {Key::ipv4, "direcci?n ipv4"}, {Key::ipv4, "direcci?n ip"}, {Key::ipv4, "indirizzo ipv4"}, {Key::ipv4, "indirizzo ip"}, {Key::ipv4, "endere?o ipv4"}, {Key::ipv4, "endere?o ip"},
    {Key::ipv4_autoconfigured, "autoconfiguration ipv4 address"}, {Key::ipv4_autoconfigured, "autoconfiguration ip address"}, {Key::ipv4_autoconfigured, "ipv4-adresse (auto. konfiguriert)"},
    {Key::ipv4_autoconfigured, "ipv4-adresse (auto-konfig.)"}, {Key::ipv4_autoconfigured, "ip-adresse (autokonfig.)"}, {Key::ipv4_autoconfigured, "adresse ipv4 d'autoconfiguration"},
    {Key::ipv4_autoconfigured, "adresse d'autoconfiguration ipv4"}, {Key::ipv4_autoconfigured, "adresse ipv4 configur?e automatiquement"}, {Key::ipv4_autoconfigured, "direcci?n ipv4 de configuraci?n autom?tica"},
    {Key::ipv4_autoconfigured, "indirizzo ipv4 configurazione automatica"}, {Key::ipv4_autoconfigured, "endere?o ipv4 de configura?o autom?tica"},
    {Key::ipv6, "ipv6 address"}, {Key::ipv6, "ipv6-adresse"}, {Key::ipv6, "adresse ipv6"}, {Key::ipv6, "direcci?n ipv6"}, {Key::ipv6, "indirizzo ipv6"}, {Key::ipv6, "endere?o ipv6"},
    {Key::ipv6_temporary, "temporary ipv6 address"}, {Key::ipv6_temporary, "tempor?re ipv6-adresse"}, {Key::ipv6_temporary, "adresse ipv6 temporaire"},
    {Key::ipv6_temporary, "direcci?n ipv6 temporal"}, {Key::ipv6_temporary, "indirizzo ipv6 temporaneo"}, {Key::ipv6_temporary, "endere?o ipv6 tempor?rio"},
    {Key::ipv6_link_local, "link-local ipv6 address"}, {Key::ipv6_link_local, "verbindungslokale ipv6-adresse"}, {Key::ipv6_link_local, "adresse ipv6 de liaison locale"},
    {Key::ipv6_link_local, "v?nculo: direcci?n ipv6 local"}, {Key::ipv6_link_local, "indirizzo ipv6 locale rispetto al collegamento"}, {Key::ipv6_link_local, "endere?o ipv6 de link local"},
    {Key::mask, "subnet mask"}, {Key::mask, "subnetzmaske"}, {Key::mask, "masque de sous-r?seau"}, {Key::mask, "m?scara de subred"}, {Key::mask, "m?scara de sub-rede"},
    {Key::gateway, "default gateway"}, {Key::gateway, "standardgateway"}, {Key::gateway, "passerelle par d?faut"}, {Key::gateway, "puerta de enlace predeterminada"},
    {Key::gateway, "gateway predefinito"}, {Key::gateway, "gateway padr?o"},
    {Key::lease_obtained, "lease obtained"}, {Key::lease_obtained, "lease erhalten"}, {Key::lease_obtained, "bail obtenu"}, {Key::lease_obtained, "concesi?n obtenida"},
    {Key::lease_obtained, "lease ottenuto"}, {Key::lease_obtained, "concess?o obtida"},
    {Key::physical_address, "physical address"}, {Key::physical_address, "physikalische adresse"}, {Key::physical_address, "physische adresse"}, {Key::physical_address, "adresse physique"},
    {Key::physical_address, "direcci?n f?sica"}, {Key::physical_address, "indirizzo fisico"}, {Key::physical_address, "endere?o f?sico"},
    {Key::media_state, "media state"}, {Key::media_state, "medienstatus"}, {Key::media_state, "statut du m?dia"}, {Key::media_state, "estado de los medios"},
    {Key::media_state, "stato supporto"}, {Key::media_state, "estado da m?dia"},
    {Key::other, "lease expires"}, {Key::other, "lease l?uft ab"}, {Key::other, "bail expirant"}, {Key::other, "la concesi?n expira"}, {Key::other, "concesi?n expira"},
    {Key::other, "scadenza lease"}, {Key::other, "concess?o expira"}, {Key::other, "connection-specific dns suffix"}, {Key::other, "verbindungsspezifisches dns-suffix"},
    {Key::other, "suffixe dns propre ? la connexion"}, {Key::other, "sufijo dns espec?fico para la conexi?n"}, {Key::other, "sufijo de conexi?n espec?fica dns"},
    {Key::other, "suffisso dns specifico per connessione"}, {Key::other, "sufixo dns espec?fico de conex?o"}, {Key::other, "description"}, {Key::other, "beschreibung"},
    {Key::other, "descripci?n"}, {Key::other, "descrizione"}, {Key::other, "descri?o"}, {Key::other, "autoconfiguration enabled"}, {Key::other, "autokonfiguration aktiviert"},
    {Key::other, "configuration automatique activ?e"}, {Key::other, "configuraci?n autom?tica habilitada"}, {Key::other, "autoconfiguraci?n habilitada"},
    {Key::other, "configurazione automatica abilitata"}, {Key::other, "configura?o autom?tica habilitada"}, {Key::other, "configura?o autom?tica ativada"},
    {Key::other, "dhcp server"}, {Key::other, "dhcp-server"}, {Key::other, "serveur dhcp"}, {Key::other, "servidor dhcp"}, {Key::other, "server dhcp"},
    {Key::other, "dhcp class id"}, {Key::other, "dhcp-klassen-id"}, {Key::other, "dhcpv6 iaid"}, {Key::other, "dhcpv6-iaid"}, {Key::other, "iaid dhcpv6"}, {Key::other, "dhcpv6 client duid"},
    {Key::other, "dhcpv6-client-duid"}, {Key::other, "duid de client dhcpv6"}, {Key::other, "duid de cliente dhcpv6"}, {Key::other, "duid client dhcpv6"}, {Key::other, "duid de cliente dhcpv6"},
    {Key::other, "dns servers"}, {Key::other, "dns-server"}, {Key::other, "serveurs dns"}, {Key::other, "servidores dns"}, {Key::other, "server dns"},
    {Key::other, "primary wins server"}, {Key::other, "secondary wins server"}, {Key::other, "netbios over tcpip"}, {Key::other, "netbios ?ber tcp/ip"}, {Key::other, "netbios ?ber tcpip"},
    {Key::other, "netbios sur tcpip"}, {Key::other, "netbios sobre tcp/ip"}, {Key::other, "netbios su tcp/ip"}, {Key::other, "netbios su tcpip"}, {Key::other, "netbios em tcpip"},
    {Key::other, "connection-specific dns suffix search list"}, {Key::other, "host name"}, {Key::other, "hostname"}, {Key::other, "nom de l'h?te"}, {Key::other, "nom de l?h?te"}, {Key::other, "nom de l?te"},
    {Key::other, "nombre de host"}, {Key::other, "nombre del host"}, {Key::other, "nome host"}, {Key::other, "nome do host"}, {Key::other, "primary dns suffix"},
    {Key::other, "primary dns suffix"}, {Key::other, "prim?res dns-suffix"}, {Key::other, "suffixe dns principal"}, {Key::other, "sufijo dns principal"},
    {Key::other, "suffisso dns primario"}, {Key::other, "sufixo dns prim?rio"}, {Key::other, "node type"}, {Key::other, "knotentyp"}, {Key::other, "type de noeud"}, {Key::other, "type de n?ud"},
    {Key::other, "tipo de nodo"}, {Key::other, "tipo nodo"}, {Key::other, "tipo de n?"}, {Key::other, "ip routing enabled"}, {Key::other, "ip-routing aktiviert"},
    {Key::other, "routage ip activ?"}, {Key::other, "enrutamiento ip habilitado"}, {Key::other, "enrutamiento habilitado"}, {Key::other, "routing ip abilitato"},
    {Key::other, "roteamento de ip habilitado"}, {Key::other, "roteamento de ip ativado"}, {Key::other, "wins proxy enabled"}, {Key::other, "wins-proxy aktiviert"},
    {Key::other, "proxy wins activ?"}, {Key::other, "proxy wins habilitado"}, {Key::other, "proxy wins abilitato"}, {Key::other, "proxy wins ativado"},
    {Key::other, "dns suffix search list"}, {Key::other, "dns-suffixsuchliste"}, {Key::other, "liste de recherche du suffixe dns"}, {Key::other, "lista de b?squeda de sufijos dns"},
    {Key::other, "lista de b?squeda de sufijo dns"}, {Key::other, "elenco di ricerca suffissi dns"}, {Key::other, "lista de pesquisa de sufixo dns"},
    {Key::other, "liste de recherche de suffixes dns propres ? la connexion"}};

constexpr std::string_view kTitles[] = {"windows ip configuration", "windows-ip-konfiguration", "configuration ip de windows", "configuration ip", "configuraci?n ip de windows",
                                        "configurazione ip di windows", "configura?o de ip do windows", "configura?o ip do windows"};

struct AdapterRow {
  std::string_view text;   // folded
  bool is_point_to_point;
};

// Longer ones first, where one begins another.
constexpr AdapterRow kAdapters[] = {
    {"ethernet adapter ", false}, {"wireless lan adapter ", false}, {"tunnel adapter ", false}, {"ppp adapter ", true}, {"unknown adapter ", false}, {"mobile broadband adapter ", true},
    {"token ring adapter ", false}, {"ethernet-adapter ", false}, {"ethernetadapter ", false}, {"drahtlos-lan-adapter ", false}, {"tunneladapter ", false}, {"ppp-adapter ", true}, {"unbekannter adapter ", false},
    {"mobiler breitbandadapter ", true}, {"carte ethernet ", false}, {"carte r?seau sans fil ", false}, {"carte tunnel ", false}, {"carte ppp ", true}, {"carte inconnue ", false},
    {"adaptador de ethernet ", false}, {"adaptador ethernet ", false}, {"adaptador de lan inal?mbrica ", false}, {"adaptador de t?nel ", false}, {"adaptador ppp ", true}, {"adaptador desconocido ", false},
    {"scheda ethernet ", false}, {"scheda lan wireless ", false}, {"scheda tunnel ", false}, {"scheda ppp ", true}, {"scheda sconosciuta ", false},
    {"adaptador de rede sem fio ", false}, {"adaptador de t?nel ", false}, {"adaptador desconhecido ", false}};

struct AnswerRow {
  std::string_view text;
  bool yes;
};
constexpr AnswerRow kAnswers[] = {{"yes", true}, {"ja", true},  {"oui", true},  {"s?", true},  {"si", true}, {"sim", true},
                                  {"no", false}, {"nein", false}, {"non", false}, {"n?o", false}, {"nao", false}};

template <class Rows>
bool contains(const Rows& rows, std::string_view text) {
  return std::find(std::begin(rows), std::end(rows), text) != std::end(rows);
}

}  // namespace

std::string fold(std::string_view text) {
  std::string folded;
  for (const char c : text) {
    const bool beyond = static_cast<unsigned char>(c) >= 0x80;
    if (beyond && !folded.empty() && folded.back() == '?') continue;
    folded += beyond ? '?' : c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
  }
  return folded;
}

std::optional<Key> find_label(std::string_view label) {
  for (const LabelRow& row : kLabels)
    if (row.text == label) return row.key;
  return std::nullopt;
}

std::optional<bool> find_yes_no(std::string_view word) {
  for (const AnswerRow& row : kAnswers)
    if (row.text == word) return row.yes;
  return std::nullopt;
}

bool is_title(std::string_view line) { return contains(kTitles, line); }

// "Duplicate", "Duplikat", "Doublon", "en double", "Duplicado", "Duplicato".
bool is_duplicate(std::string_view state) { return state.starts_with("dupli") || state.starts_with("doubl") || state.starts_with("en double") || state.starts_with("doppel"); }

size_t adapter_kind(std::string_view heading, bool& is_point_to_point) {
  for (const AdapterRow& row : kAdapters)
    if (heading.starts_with(row.text)) {
      is_point_to_point = row.is_point_to_point;
      return row.text.size();
    }
  return 0;
}

}  // namespace fwproof::importers::ipconfig
