package io.jenkins.plugins.mlops.core.digest;

import java.util.Arrays;
import java.util.function.IntConsumer;

/**
 * Numbers by keys of 128 bits: a million of them cost 42 MB. Digests are cut to 128 bits, which is
 * still more than anybody can make two of. Not thread-safe.
 */
public final class KeyTable {

    private static final int ABSENT = -1;

    private long[] high = new long[1 << 10];
    private long[] low = new long[1 << 10];
    private int[] values = empty(1 << 10);
    private int size;

    /** @return the value that the key had before, which it keeps; -1 when it is new */
    public int putIfAbsent(Digest key, int value) {
        return putIfAbsent(high(key), low(key), value);
    }

    /** As the other, by the digest of a text. */
    public int putIfAbsent(String key, int value) {
        return putIfAbsent(Digest.of(key), value);
    }

    /** As the other, by {@link #high} and {@link #low} of a digest. */
    public int putIfAbsent(long keyHigh, long keyLow, int value) {
        if (size >= values.length / 5 * 3) {
            grow();
        }
        int slot = slot(keyHigh, keyLow);
        if (values[slot] != ABSENT) {
            return values[slot];
        }
        high[slot] = keyHigh;
        low[slot] = keyLow;
        values[slot] = value;
        size++;
        return ABSENT;
    }

    /** -1 for none. */
    public int get(Digest key) {
        return get(high(key), low(key));
    }

    /** As the other, by the digest of a text. */
    public int get(String key) {
        return get(Digest.of(key));
    }

    /** As the other, by {@link #high} and {@link #low} of a digest. */
    public int get(long keyHigh, long keyLow) {
        return values[slot(keyHigh, keyLow)];
    }

    /** Hands on the values of keys that the other table does not have. */
    public void eachMissingIn(KeyTable other, IntConsumer each) {
        for (int slot = 0; slot < values.length; slot++) {
            if (values[slot] != ABSENT && other.get(high[slot], low[slot]) == ABSENT) {
                each.accept(values[slot]);
            }
        }
    }

    /** How many keys there are. */
    public int size() {
        return size;
    }

    /** The first 64 bits. */
    public static long high(Digest key) {
        return Long.parseUnsignedLong(key.hex(), 0, 16, 16);
    }

    /** The next 64 bits. */
    public static long low(Digest key) {
        return Long.parseUnsignedLong(key.hex(), 16, 32, 16);
    }

    private int slot(long keyHigh, long keyLow) {
        int mask = values.length - 1;
        long mixed = (keyHigh ^ keyLow * 0x9E3779B97F4A7C15L) * 0xBF58476D1CE4E5B9L;
        int slot = (int) (mixed >>> 32) & mask;
        while (values[slot] != ABSENT && (high[slot] != keyHigh || low[slot] != keyLow)) {
            slot = slot + 1 & mask;
        }
        return slot;
    }

    private void grow() {
        long[] oldHigh = high;
        long[] oldLow = low;
        int[] oldValues = values;
        int length = Math.multiplyExact(values.length, 2);
        high = new long[length];
        low = new long[length];
        values = empty(length);
        for (int i = 0; i < oldValues.length; i++) {
            if (oldValues[i] != ABSENT) {
                int slot = slot(oldHigh[i], oldLow[i]);
                high[slot] = oldHigh[i];
                low[slot] = oldLow[i];
                values[slot] = oldValues[i];
            }
        }
    }

    private static int[] empty(int length) {
        int[] values = new int[length];
        Arrays.fill(values, ABSENT);
        return values;
    }
}
