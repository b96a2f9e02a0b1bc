//! Things in the order in which they came, each with the next one of its chain: as many chains as there are cases, and none that has to grow.

/// Things of a piece of memory. None is ever moved.
const PIECE: usize = 1 << 12;

/// The things of all chains.
pub(super) struct Chains<T>(Vec<Vec<Link<T>>>);

struct Link<T> {
    thing: T,
    /// None behind the last of its chain.
    next: Option<u32>,
}

/// Where one chain begins and ends.
#[derive(Clone, Copy, Debug)]
pub(super) struct Chain {
    first: u32,
    last: u32,
}

impl<T> Default for Chains<T> {
    fn default() -> Self {
        Chains(Vec::new())
    }
}

impl<T> Chains<T> {
    /// A chain of one thing.
    pub fn begin(&mut self, thing: T) -> Chain {
        let at = self.add(thing);
        Chain { first: at, last: at }
    }

    /// Adds a thing to the end of a chain.
    pub fn extend(&mut self, chain: &mut Chain, thing: T) {
        let at = self.add(thing);
        self.0[chain.last as usize / PIECE][chain.last as usize % PIECE].next = Some(at);
        chain.last = at;
    }

    fn add(&mut self, thing: T) -> u32 {
        if self.0.last().is_none_or(|piece| piece.len() == PIECE) {
            self.0.push(Vec::with_capacity(PIECE));
        }
        let full = (self.0.len() - 1) * PIECE;
        let piece = self.0.last_mut().expect("one was just put there if there was none");
        let at = full + piece.len();
        piece.push(Link { thing, next: None });
        u32::try_from(at).expect("four thousand million facts do not fit in memory")
    }

    /// The things of a chain, in order.
    pub fn of(&self, chain: Chain) -> impl Iterator<Item = &T> {
        let link = |at: u32| &self.0[at as usize / PIECE][at as usize % PIECE];
        let links = std::iter::successors(Some(link(chain.first)), move |before| before.next.map(link));
        links.map(|link| &link.thing)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn chains_that_grow_side_by_side_stay_apart_and_in_order() {
        let mut chains = Chains::default();
        let mut three: Vec<Chain> = (0..3).map(|at| chains.begin(at)).collect();
        (3..3 * PIECE).for_each(|at| chains.extend(&mut three[at % 3], at));
        for (first, chain) in three.iter().enumerate() {
            assert!(chains.of(*chain).copied().eq((first..3 * PIECE).step_by(3)));
        }
    }
}
