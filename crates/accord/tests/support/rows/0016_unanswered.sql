UPDATE booking SET reminded_us = 1799000000000000 WHERE state = 'assigned';
