// Sources: real exports of Windows 10/11 (`netsh advfirewall firewall show rule name=all [verbose]`, `show allprofiles`);
// Netsh AdvFirewall Firewall Commands, Microsoft Docs, updated 2009-08-06, for the words of `add rule`.
#include "importers/netsh/language.h"

namespace fwproof::importers::netsh::languages_table {
namespace {

constexpr std::string_view kCodePages[] = {"CP437", "CP850", "CP1252"};
constexpr LabelRow kLabels[] = {
    {Key::name, "Rule Name"}, {Key::description, "Description"}, {Key::enable, "Enabled"}, {Key::direction, "Direction"},
    {Key::profile, "Profiles"}, {Key::group, "Grouping"}, {Key::local_ip, "LocalIP"}, {Key::remote_ip, "RemoteIP"},
    {Key::protocol, "Protocol"}, {Key::local_port, "LocalPort"}, {Key::remote_port, "RemotePort"},
    {Key::edge, "Edge traversal"}, {Key::program, "Program"}, {Key::service, "Service"},
    {Key::interface_type, "InterfaceTypes"}, {Key::interface_type, "Interface Types"},
    {Key::computer_group, "RemoteComputerGroup"}, {Key::user_group, "RemoteUserGroup"},
    {Key::computer_group, "Remote Computer Group"}, {Key::user_group, "Remote User Group"},
    {Key::local_user, "LocalUser"}, {Key::local_user, "LocalUserOwner"}, {Key::package, "ApplicationPackage"},
    {Key::security, "Security"}, {Key::source, "Rule source"}, {Key::action, "Action"},
};
constexpr WordRow kWords[] = {
    {WordKind::yes_no, "Yes", "yes"}, {WordKind::yes_no, "No", "no"},
    {WordKind::direction, "In", "in"}, {WordKind::direction, "Out", "out"},
    {WordKind::profile, "Domain", "domain"}, {WordKind::profile, "Private", "private"}, {WordKind::profile, "Public", "public"},
    {WordKind::action, "Allow", "allow"}, {WordKind::action, "Block", "block"}, {WordKind::action, "Bypass", "bypass"},
    {WordKind::any, "Any", "any"},
    {WordKind::on_off, "ON", "on"}, {WordKind::on_off, "OFF", "off"},
    {WordKind::interface_type, "LAN", "lan"}, {WordKind::interface_type, "Wireless", "wireless"}, {WordKind::interface_type, "RAS", "ras"},
    {WordKind::security, "NotRequired", "notrequired"}, {WordKind::security, "Not Required", "notrequired"},
    {WordKind::security, "Authenticate", "authenticate"}, {WordKind::security, "AuthEnc", "authenc"},
    {WordKind::security, "AuthDynEnc", "authdynenc"}, {WordKind::security, "AuthNoEncap", "authnoencap"},
};
constexpr HeadingRow kHeadings[] = {
    {HeadingKind::domain_profile, "Domain Profile Settings"}, {HeadingKind::private_profile, "Private Profile Settings"},
    {HeadingKind::public_profile, "Public Profile Settings"}, {HeadingKind::end, "Ok."},
    {HeadingKind::no_rules, "No rules match the specified criteria."},
};
constexpr SettingRow kSettings[] = {
    {SettingKind::state, "State"}, {SettingKind::policy, "Firewall Policy"}, {SettingKind::other, "LocalFirewallRules"},
    {SettingKind::other, "LocalConSecRules"}, {SettingKind::other, "InboundUserNotification"},
    {SettingKind::other, "RemoteManagement"}, {SettingKind::other, "UnicastResponseToMulticast"}, {SettingKind::other, "Logging"},
    {SettingKind::other, "LogAllowedConnections"}, {SettingKind::other, "LogDroppedConnections"}, {SettingKind::other, "FileName"},
    {SettingKind::other, "MaxFileSize"},
    // `netsh advfirewall monitor show firewall` and `show global`
    {SettingKind::other, "Global Settings"}, {SettingKind::other, "IPsec"}, {SettingKind::other, "StrongCRLCheck"},
    {SettingKind::other, "SAIdleTimeMin"}, {SettingKind::other, "DefaultExemptions"}, {SettingKind::other, "IPsecThroughNAT"},
    {SettingKind::other, "AuthzUserGrp"}, {SettingKind::other, "AuthzComputerGrp"}, {SettingKind::other, "AuthzUserGrpTransport"},
    {SettingKind::other, "AuthzComputerGrpTransport"}, {SettingKind::other, "StatefulFTP"}, {SettingKind::other, "StatefulPPTP"},
    {SettingKind::other, "Main Mode"}, {SettingKind::other, "KeyLifetime"}, {SettingKind::other, "SecMethods"},
    {SettingKind::other, "ForceDH"}, {SettingKind::other, "Categories"}, {SettingKind::other, "BootTimeRuleCategory"},
    {SettingKind::other, "FirewallRuleCategory"}, {SettingKind::other, "StealthRuleCategory"},
    {SettingKind::other, "ConSecRuleCategory"}, {SettingKind::other, "ConSecRuleRuleCategory"}, {SettingKind::other, "Firewall Rules"},
};

}  // namespace

const Language english = {"English", kCodePages, kLabels, kWords, kHeadings, kSettings};

}  // namespace fwproof::importers::netsh::languages_table
