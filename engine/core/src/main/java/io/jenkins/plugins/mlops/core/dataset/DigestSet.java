package io.jenkins.plugins.mlops.core.dataset;

import io.jenkins.plugins.mlops.core.digest.Digest;

/**
 * Which digests were seen, by their first 128 bits, in 16 to 32 bytes each: two different files that share those are as good as
 * impossible to find. Open addressing, doubled when it is half full. Not thread-safe.
 */
final class DigestSet {

    private static final int FIRST = 1 << 10;

    /** Two numbers a place; both 0 for an empty one. */
    private long[] table = new long[2 * FIRST];

    private int size;

    /** @return false when it was there already */
    boolean add(Digest digest) {
        long high = Long.parseUnsignedLong(digest.hex(), 0, 16, 16);
        long low = Long.parseUnsignedLong(digest.hex(), 16, 32, 16) | 1;
        if (!put(table, high, low)) {
            return false;
        }
        size++;
        if (size > table.length / 4) {
            grow();
        }
        return true;
    }

    private void grow() {
        long[] larger = new long[Math.multiplyExact(table.length, 2)];
        for (int i = 0; i < table.length; i += 2) {
            if (table[i + 1] != 0) {
                put(larger, table[i], table[i + 1]);
            }
        }
        table = larger;
    }

    private static boolean put(long[] table, long high, long low) {
        int places = table.length / 2;
        int place = (int) (high & (places - 1));
        while (table[2 * place + 1] != 0) {
            if (table[2 * place] == high && table[2 * place + 1] == low) {
                return false;
            }
            place = (place + 1) & (places - 1);
        }
        table[2 * place] = high;
        table[2 * place + 1] = low;
        return true;
    }
}
