package io.jenkins.plugins.mlops.core.inspection;

/**
 * Finds hashes that differ from a given one in few bits. Each hash is cut into four parts of 16 bits: of two that differ in at most n
 * bits, one part differs in at most n / 4, so few parts have to be looked up. 24 bytes a hash. Thread-safe, since it does not change.
 */
final class LooksIndex {

    /** More bits than this are different pictures, and take long to find. */
    static final int MAX_DISTANCE = 11;

    private static final int PARTS = 4;
    private static final int PART_BITS = 16;
    private static final int PART_VALUES = 1 << PART_BITS;

    private final long[] hashes;
    private final int[] numbers;
    private final int[][] starts = new int[PARTS][PART_VALUES + 1];
    private final int[][] members;

    /**
     * @param hashes each of them once
     * @param numbers what each stands for
     */
    LooksIndex(long[] hashes, int[] numbers) {
        this.hashes = hashes;
        this.numbers = numbers;
        this.members = new int[PARTS][hashes.length];
        for (int part = 0; part < PARTS; part++) {
            for (long hash : hashes) {
                starts[part][value(hash, part) + 1]++;
            }
            for (int i = 0; i < PART_VALUES; i++) {
                starts[part][i + 1] += starts[part][i];
            }
            int[] next = starts[part].clone();
            for (int i = 0; i < hashes.length; i++) {
                members[part][next[value(hashes[i], part)]++] = i;
            }
        }
    }

    /** The lowest number below {@code before} whose hash differs in at most so many bits; -1 for none. */
    int first(long hash, int distance, int before) {
        int best = before;
        for (int part = 0; part < PARTS; part++) {
            best = first(hash, distance, part, value(hash, part), distance / PARTS, PART_BITS, best);
        }
        return best == before ? -1 : best;
    }

    /** Looks up all values of the part that differ in at most {@code flips} of its lowest {@code bits} bits. */
    private int first(long hash, int distance, int part, int value, int flips, int bits, int before) {
        int best = before;
        for (int i = starts[part][value]; i < starts[part][value + 1]; i++) {
            int member = members[part][i];
            if (numbers[member] < best && Long.bitCount(hashes[member] ^ hash) <= distance) {
                best = numbers[member];
            }
        }
        for (int bit = 0; flips > 0 && bit < bits; bit++) {
            best = first(hash, distance, part, value ^ 1 << bit, flips - 1, bit, best);
        }
        return best;
    }

    private static int value(long hash, int part) {
        return (int) (hash >>> part * PART_BITS) & PART_VALUES - 1;
    }
}
