package io.jenkins.plugins.mlops.core.inspection;

import java.awt.image.BufferedImage;
import java.awt.image.Raster;

/**
 * A hash of what an image looks like (dHash): 64 bits, one for each pair of neighbours in a grid of 9 x 8 means of brightness. Scaled
 * and re-encoded copies differ in few bits; turned or cut ones do not.
 */
final class LooksHash {

    private static final int COLUMNS = 9;
    private static final int ROWS = 8;
    /** Of 255: an image in which no two cells differ by more looks like nothing, and like every other such image. */
    private static final double FLAT = 4;

    private LooksHash() {}

    /** Null for an image that looks like nothing. */
    static Long of(BufferedImage image) {
        Cells cells = new Cells(image.getWidth(), image.getHeight());
        int[] row = new int[image.getWidth()];
        for (int y = 0; y < image.getHeight(); y++) {
            image.getRGB(0, y, row.length, 1, row, 0, row.length);
            for (int x = 0; x < row.length; x++) {
                int rgb = row[x];
                cells.add(x, y, 0.299 * (rgb >> 16 & 0xff) + 0.587 * (rgb >> 8 & 0xff) + 0.114 * (rgb & 0xff));
            }
        }
        return cells.hash();
    }

    /** As of an image, with the mean of the bands for brightness. */
    static Long of(Raster raster) {
        Cells cells = new Cells(raster.getWidth(), raster.getHeight());
        int[] pixel = new int[raster.getNumBands()];
        for (int y = 0; y < raster.getHeight(); y++) {
            for (int x = 0; x < raster.getWidth(); x++) {
                raster.getPixel(raster.getMinX() + x, raster.getMinY() + y, pixel);
                double sum = 0;
                for (int band : pixel) {
                    sum += band;
                }
                cells.add(x, y, sum / pixel.length);
            }
        }
        return cells.hash();
    }

    private static final class Cells {
        private final int width;
        private final int height;
        private final double[] sums = new double[COLUMNS * ROWS];
        private final long[] counts = new long[COLUMNS * ROWS];

        Cells(int width, int height) {
            this.width = width;
            this.height = height;
        }

        void add(int x, int y, double brightness) {
            int cell = (int) ((long) y * ROWS / height) * COLUMNS + (int) ((long) x * COLUMNS / width);
            sums[cell] += brightness;
            counts[cell]++;
        }

        Long hash() {
            double least = Double.MAX_VALUE;
            double most = -1;
            for (int i = 0; i < sums.length; i++) {
                if (counts[i] == 0) {
                    return null; // smaller than the grid
                }
                sums[i] /= counts[i];
                least = Math.min(least, sums[i]);
                most = Math.max(most, sums[i]);
            }
            if (most - least <= FLAT) {
                return null;
            }
            long hash = 0;
            for (int row = 0; row < ROWS; row++) {
                for (int column = 1; column < COLUMNS; column++) {
                    int cell = row * COLUMNS + column;
                    hash = hash << 1 | (sums[cell] > sums[cell - 1] ? 1 : 0);
                }
            }
            return hash;
        }
    }
}
