//! How long the parts take that only compute: `cargo bench --package bench --bench pure --features app/ssr`.
//!
//! Criterion compares each with the run before, on the same machine.

use std::hint::black_box;

use criterion::{BatchSize, Criterion, Throughput, criterion_group, criterion_main};
use model::{
    Kind,
    picture::{NodeKind, Picture, PictureNode},
};
use rand::{Rng, SeedableRng, rngs::SmallRng};
use sink::{
    graph::{Batch, Before, Entry, Interval, batch::Content, checkpoint::CheckpointId},
    kind::{
        decode::{Place, decode},
        needs, plan,
    },
    query::{Baskets, most_similar},
};

// The server's, which is a program and no library. Both files bring their tests, which are none here.
#[allow(dead_code, unused_imports, reason = "only its tests need them")]
#[path = "../../server/src/picture/layout/mod.rs"]
mod layout;
#[allow(dead_code, unused_imports, reason = "no statements are made of rows here; only its tests need some imports")]
#[path = "../src/world.rs"]
mod world;

use world::{Draws, LARGE, SMALL};

const SEED: u64 = 7;
/// In epoch seconds.
const NOW: i64 = 1_789_000_000;
/// As many as the largest batch has.
const ROWS: usize = 5_000;
/// What a picture may have at most.
const NODES: usize = 10_000;
const EDGES: usize = 50_000;

fn values(kind: Kind) -> Vec<Vec<u8>> {
    let rows = Draws::new(SEED, NOW).draw(kind, LARGE, ROWS);
    rows.iter().map(|row| row.json().to_string().into_bytes()).collect()
}

fn content(kind: Kind, value: &[u8], offset: i64) -> Content {
    let place = Place { topic: kind.topic(), partition: 0, offset, incarnation: 1, origin: None };
    Content::Event(decode(kind, Some(value), place).expect("the world makes good records"))
}

fn decoding(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("decode 5,000 records");
    group.throughput(Throughput::Elements(ROWS as u64));
    for kind in Kind::ALL {
        let values = values(kind);
        group.bench_function(kind.topic(), |bencher| {
            bencher.iter(|| values.iter().map(|value| content(kind, black_box(value), 0)).collect::<Vec<_>>());
        });
    }
}

fn planning(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("plan a batch of 5,000 records");
    group.throughput(Throughput::Elements(ROWS as u64));
    for kind in Kind::ALL {
        let entry = |(value, offset): (Vec<u8>, i64)| Entry { interval: 0, content: content(kind, &value, offset) };
        let entries = values(kind).into_iter().zip(0..).map(entry).collect();
        let id = CheckpointId {
            connector: "bench".to_owned(),
            cluster: "bench".to_owned(),
            topic: kind.topic().to_owned(),
            partition: 0,
        };
        let rows = ROWS as i64;
        let interval = Interval { id, epoch: 1, from: 0, to: rows, last_timestamp: 0, last_crc: 0, read: rows };
        let batch = Batch { intervals: vec![interval], entries };
        group.bench_function(kind.topic(), |bencher| {
            bencher.iter(|| (needs(black_box(&batch)), plan(&batch, Before::default())));
        });
    }
}

fn search(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("similar buyers");
    group.sample_size(10);
    for (world, purchases) in [(SMALL, 100_000), (LARGE, 1_000_000)] {
        let mut rng = SmallRng::seed_from_u64(SEED);
        let pairs = (0..purchases).map(|_| (rng.random_range(0..world.users), rng.random_range(0..world.products)));
        let pairs: Vec<(i64, i64)> = pairs.collect();
        group.bench_function(format!("baskets of {purchases} purchases, {} world", world.name), |bencher| {
            bencher.iter_batched(|| pairs.clone(), Baskets::new, BatchSize::LargeInput);
        });
        let baskets = Baskets::new(pairs);
        group.bench_function(format!("search in {purchases} purchases, {} world", world.name), |bencher| {
            bencher.iter(|| most_similar(black_box(&baskets), 100));
        });
    }
}

fn laying_out(criterion: &mut Criterion) {
    let mut rng = SmallRng::seed_from_u64(SEED);
    let mut group = criterion.benchmark_group("lay out");
    group.sample_size(10);
    let groups: Vec<u32> = (0..NODES).map(|_| rng.random_range(0..20)).collect();
    let edges: Vec<(u32, u32, f32)> = ties(&mut rng);
    group.bench_function("10,000 nodes and 50,000 edges by forces", |bencher| {
        bencher.iter(|| layout::force(black_box(&groups), &edges));
    });
    group.bench_function("10,000 nodes as discs", |bencher| bencher.iter(|| layout::packed(black_box(&groups))));
    let half = NODES / 2;
    let across: Vec<(usize, usize, f64)> =
        (0..EDGES).map(|_| (rng.random_range(0..half), rng.random_range(0..half), rng.random())).collect();
    group.bench_function("5,000 and 5,000 nodes in columns", |bencher| {
        bencher.iter(|| layout::bipartite(half, half, black_box(&across)));
    });
}

/// What a graph is drawn of: the scene with its lines, sizes and names, here as SVG.
fn geometry(criterion: &mut Criterion) {
    let mut rng = SmallRng::seed_from_u64(SEED);
    let node = |id: i64, weight: f32| PictureNode {
        kind: if id % 5 == 0 { NodeKind::Product } else { NodeKind::User },
        id,
        label: format!("Node {id}"),
        group: (id % 20) as u32,
        weight,
        detail: String::new(),
    };
    let picture = Picture {
        nodes: (0..NODES as i64).map(|id| node(id, rng.random())).collect(),
        edges: ties(&mut rng),
        positions: (0..NODES).map(|_| (rng.random_range(-1.0..1.0), rng.random_range(-1.0..1.0))).collect(),
        groups: (1..=20).map(|group| format!("Group {group}")).collect(),
        total_nodes: NODES as i64,
        ..Picture::default()
    };
    let mut group = criterion.benchmark_group("draw");
    group.sample_size(10);
    group.bench_function("10,000 nodes and 50,000 edges", |bencher| {
        bencher.iter_batched(|| picture.clone(), |picture| app::graph_svg(picture, false), BatchSize::LargeInput);
    });
}

fn ties(rng: &mut SmallRng) -> Vec<(u32, u32, f32)> {
    let nodes = NODES as u32;
    (0..EDGES).map(|_| (rng.random_range(0..nodes), rng.random_range(0..nodes), rng.random())).collect()
}

criterion_group!(parts, decoding, planning, search, laying_out, geometry);
criterion_main!(parts);
