//! Charts: geometry is pure and tested, views only draw it. Rendered on the server like everything else.

pub(crate) mod bar;
pub(crate) mod community;
pub(crate) mod scale;
pub(crate) mod spark;
pub(crate) mod star;
