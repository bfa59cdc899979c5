//! Where a request comes from.

use std::fmt;
use std::net::IpAddr;

use ipnet::IpNet;

/// The network address a request comes from; none for the command line and the workers.
///
/// It is written out whole for the record: the audit log, the list of sessions, the log. Whatever is limited per
/// network is limited by [`Source::counted`], and there is no other text of it that a quota would take.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Source(Option<IpAddr>);

impl Source {
    /// A known address.
    pub const fn of(address: IpAddr) -> Self {
        Self(Some(address))
    }

    /// The network that quotas count by: an IPv4 address, or the 64 bits that a customer of IPv6 has at least.
    /// A person who has one address of those has all 2^64 of them.
    pub fn counted(&self) -> String {
        self.network(32, 64)
    }

    /// The network that is remembered as a place somebody signs in from: 24 bits of IPv4, 48 of IPv6. People are
    /// given another address every day, and mostly in the same network.
    pub fn remembered(&self) -> String {
        self.network(24, 48)
    }

    fn network(&self, bits_of_v4: u8, bits_of_v6: u8) -> String {
        let Some(address) = self.0 else { return String::new() };
        let bits = if address.is_ipv4() { bits_of_v4 } else { bits_of_v6 };
        match IpNet::new(address, bits) {
            Ok(net) if bits < net.max_prefix_len() => net.trunc().to_string(),
            _ => address.to_string(),
        }
    }
}

impl fmt::Display for Source {
    fn fmt(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.map_or(Ok(()), |address| address.fmt(to))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn source(address: &str) -> Source {
        Source::of(address.parse().unwrap())
    }

    #[test]
    fn auth_10_a_source_is_counted_as_what_one_customer_has() {
        assert_eq!(source("198.51.100.7").counted(), "198.51.100.7");
        assert_eq!(source("2001:db8:1:2:3:4:5:6").counted(), source("2001:db8:1:2:ffff::1").counted());
        assert_ne!(source("2001:db8:1:2::1").counted(), source("2001:db8:1:3::1").counted());
        assert_eq!(Source::default().counted(), "");
    }

    #[test]
    fn a_place_is_remembered_as_its_network() {
        assert_eq!(source("198.51.100.7").remembered(), "198.51.100.0/24");
        assert_eq!(source("2001:db8:1:2:3:4:5:6").remembered(), "2001:db8:1::/48");
        assert_eq!(Source::default().remembered(), "");
    }

    #[test]
    fn for_the_record_it_is_written_out_whole() {
        assert_eq!(source("2001:db8:1:2:3:4:5:6").to_string(), "2001:db8:1:2:3:4:5:6");
        assert_eq!(Source::default().to_string(), "");
    }
}
