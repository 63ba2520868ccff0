//! A picture taken away as a file: its nodes or its edges as a table. The drawing itself is the pages' own still picture.

use model::picture::{NodeKind, Picture, PictureNode};

use crate::export::csv::Csv;

/// The nodes, one a row, with the places at which they are drawn.
pub(crate) fn nodes(picture: &Picture) -> String {
    let mut csv = Csv::new(&["kind", "id", "label", "group", "weight", "detail", "x", "y"]);
    for (node, (x, y)) in picture.nodes.iter().zip(&picture.positions) {
        let group = picture.groups.get(node.group as usize).map_or("", String::as_str);
        csv.text(kind(node)).number(node.id).text(&node.label).text(group);
        csv.number(node.weight).text(&node.detail).number(x).number(y).end();
    }
    csv.finish()
}

/// The edges, one a row, with what they join.
pub(crate) fn edges(picture: &Picture) -> String {
    let mut csv = Csv::new(&["from_kind", "from_id", "from_label", "to_kind", "to_id", "to_label", "weight"]);
    for (from, to, weight) in &picture.edges {
        let (from, to) = (&picture.nodes[*from as usize], &picture.nodes[*to as usize]);
        csv.text(kind(from)).number(from.id).text(&from.label);
        csv.text(kind(to)).number(to.id).text(&to.label).number(weight).end();
    }
    csv.finish()
}

const fn kind(node: &PictureNode) -> &'static str {
    match node.kind {
        NodeKind::User => "user",
        NodeKind::Product => "product",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nodes_and_edges_become_rows() {
        let node = |kind, id, label: &str| PictureNode {
            kind,
            id,
            label: label.into(),
            group: 0,
            weight: 0.5,
            detail: "2 purchases, 3 units".into(),
        };
        let picture = Picture {
            nodes: vec![node(NodeKind::User, -7, "=cmd()"), node(NodeKind::Product, 1, "Dune")],
            edges: vec![(0, 1, 0.25)],
            positions: vec![(-1.0, 0.5), (1.0, 0.0)],
            groups: vec!["Books".into()],
            ..Picture::default()
        };
        let expected = "\u{feff}kind,id,label,group,weight,detail,x,y\r\nuser,-7,'=cmd(),Books,0.5,\"2 purchases, 3 units\",-1,0.5\r\n\
            product,1,Dune,Books,0.5,\"2 purchases, 3 units\",1,0\r\n";
        assert_eq!(nodes(&picture), expected);
        let expected = "\u{feff}from_kind,from_id,from_label,to_kind,to_id,to_label,weight\r\nuser,-7,'=cmd(),product,1,Dune,0.25\r\n";
        assert_eq!(edges(&picture), expected);
    }
}
