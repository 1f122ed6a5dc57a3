/* A disk that promises and does not keep: every sync succeeds and does nothing. For the control of the power cut. */
int fsync(int handle) { (void)handle; return 0; }
int fdatasync(int handle) { (void)handle; return 0; }
int sync_file_range(int handle, long long from, long long n, unsigned how) {
    (void)handle; (void)from; (void)n; (void)how; return 0;
}
